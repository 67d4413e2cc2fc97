"""Decrypt a workbook that needs a password, in memory, inside the child process (optional extra ``passwords``).

Excel opens a workbook without a question if it is encrypted with the password that [MS-OFFCRYPTO] 2.4.2.3 names for
it, so that password is tried if none is given. OpenDocument encryption is not supported by msoffcrypto-tool.
"""

import io
from pathlib import Path

from connectors.excel.container.errors import DAMAGED, PROTECTED, WorkbookRejected

DEFAULT = "VelvetSweatshop"
WRONG = "the password does not open the workbook: correct the secret that the job names, and run again"


def decrypted(path: Path, password: str | None) -> bytes | None:
    """Return the bytes of the workbook inside; None if a password is given and the file is not encrypted.

    Raises:
        WorkbookRejected: the password is wrong, or none is given and Excel would ask for it.
    """
    try:
        import msoffcrypto  # noqa: PLC0415 - of the optional extra
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError  # noqa: PLC0415 - as above
    except ImportError:
        raise WorkbookRejected(PROTECTED) from None
    out = io.BytesIO()
    with path.open("rb") as file:
        try:
            book = msoffcrypto.OfficeFile(file)
            if password and not book.is_encrypted():
                return None
            book.load_key(password=password or DEFAULT)
            book.decrypt(out)
        except (InvalidKeyError, DecryptionError) as error:
            raise WorkbookRejected(WRONG if password else PROTECTED) from error
        except FileFormatError as error:  # no container: a workbook without a password, or something else
            if password:
                return None
            raise WorkbookRejected(PROTECTED) from error
        except Exception as error:  # a damaged container, in which the package finds nothing that it expects
            raise WorkbookRejected(DAMAGED if password else PROTECTED) from error
    return out.getvalue()
