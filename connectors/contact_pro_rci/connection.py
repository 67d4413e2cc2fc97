"""The keys by which a job file names an RCI: address, credentials, the file of property names, the request rate."""

from pydantic import Field

from connectors.settings import FilePath, HttpsUrl, SecretReference, Settings


class Connection(Settings):
    """Address and credentials of one tenant's RCI; ``names`` is the file that ``layout learn --rci`` writes."""

    url: HttpsUrl
    user: SecretReference
    password: SecretReference
    api_key: SecretReference
    names: FilePath | None = None
    per_second: float = Field(default=10.0, gt=0, le=1_000_000, strict=False)
