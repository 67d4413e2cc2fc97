"""Which mapping fits which headers, and which column carries which field (T65, T66, T67)."""

import pytest

from connectors import base
from mappings.bind import COMPLETE, bind, choose, recogniser
from mappings.load import load_source_mapping, load_source_mappings
from mappings.model import Binding, HeadersAmbiguous, HeadersUnknown, UnknownName

EXPORT = (
    "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,"
    "streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,"
    "ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,"
    "invitationState,identityIssuer,createdDateTime"
)
OLD_EXPORT = (
    "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled,"
    "usageLocation,streetAddress,state,country,physicalDeliveryOfficeName,city,postalCode,telephoneNumber,mobile,"
    "authenticationPhoneNumber,authenticationAlternativePhoneNumber,authenticationEmail,alternateEmailAddress,ageGroup,"
    "consentProvidedForMinor,legalAgeGroupClassification"
)
TEMPLATE = (
    "Name [displayName] Required,User name [userPrincipalName] Required,Initial password [passwordProfile] Required,"
    "Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Last name [surname],Job title [jobTitle],"
    "Department [department],Usage location [usageLocation],Street address [streetAddress],"
    "State or province [state],Country or region [country],Office [physicalDeliveryOfficeName],City [city],"
    "ZIP or postal code [postalCode],Office phone [telephoneNumber],Mobile phone [mobile]"
)
OLD_TEMPLATE = (
    "Name (example: Chris Green) [displayName] *,User name (example: chris@contoso.com) [userPrincipalName] *,"
    "Initial password [passwordProfile] *,Block sign in (Yes/No) [accountEnabled] *,First name [givenName]"
)
FRENCH_TEMPLATE = (
    "Nom [displayName] Obligatoire,Nom d'utilisateur [userPrincipalName] Obligatoire,"
    "Mot de passe initial [passwordProfile] Obligatoire,Bloquer la connexion (Oui/Non) [accountEnabled] Obligatoire"
)
M365_EXPORT = (
    "Block credential,City,Country/Region,Department,Display name,First name,Last name,Licenses,Mobile Phone,Object Id,"
    "Office,Proxy addresses,Title,Usage location,User principal name,When created"
)
M365_TEMPLATE = (
    "Username,First name,Last name,Display name,Job title,Department,Office number,Office phone,Mobile phone,Fax,"
    "Alternate email address,Address,City,State or province,ZIP or postal code,Country or region"
)
GOOGLE = (
    "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],"
    "Password Hash Function [UPLOAD ONLY],Org Unit Path [Required],Recovery Email,Employee ID,Department"
)
WEBEX = "First Name,Last Name,Display Name,User ID/Email (Required),User Status,Meeting 25 Party"
ADOBE = "Identity Type,Username,Domain,Email,First Name,Last Name,Country Code,ID,User Groups"


def bound(headers: str, email_attribute: str | None = None) -> Binding:
    """Choose among the mappings of CSV files and bind."""
    cells = headers.split(",")
    return bind(choose(load_source_mappings("csv"), cells, email_attribute), cells, email_attribute)


@pytest.mark.parametrize(
    ("headers", "mapping", "email", "upn", "external_id"),
    [
        (EXPORT, "entra_export", 3, 0, 5),
        (OLD_EXPORT, "entra_export", 3, 0, 5),
        (EXPORT + ",proxyAddresses,otherMails", "entra_export", 3, 0, 5),
        ("userPrincipalName,mail,accountEnabled,id", "entra_export", 1, 0, 3),
        (TEMPLATE, "entra_bulk_template", 1, 1, None),
        (OLD_TEMPLATE, "entra_bulk_template", 1, 1, None),
        (FRENCH_TEMPLATE, "entra_bulk_template", 1, 1, None),
        (TEMPLATE + ",Email", "entra_bulk_template", 17, 1, None),
        (M365_EXPORT, "m365_export", 14, 14, 9),
        (M365_TEMPLATE, "m365_template", 0, 0, None),
        (GOOGLE, "spreadsheet", 2, None, 7),
        (WEBEX, "spreadsheet", 3, None, None),
        (ADOBE, "spreadsheet", 3, None, None),
        ("mail,Vorname,Nachname", "spreadsheet", 0, None, None),
        ("Login,ExternalId,FirstName,LastName,Email", "spreadsheet", 4, None, 1),
        ("email", "spreadsheet", 0, None, None),
        ("UPN,Mail,Login,Team,Standort,Personalnummer", "spreadsheet", 1, 0, 5),
    ],
)
def test_a_known_list_is_mapped(
    headers: str, mapping: str, email: int, upn: int | None, external_id: int | None
) -> None:
    """Every list of T65 finds its mapping and its identity columns, and nothing ties."""
    binding = bound(headers)
    columns = binding.columns
    found = (binding.mapping.name, columns["email"], columns.get("upn"), columns.get("external_id"))
    assert found == (mapping, email, upn, external_id)


def test_a_template_without_its_password_column_is_still_a_template() -> None:
    """Block sign in is never read as enabled, even if the sign-in password was deleted and columns were added."""
    headers = "Login,Email,User name [userPrincipalName] Required,Block sign in (Yes/No) [accountEnabled] Required"
    binding = bound(headers)
    assert binding.mapping.name == "entra_bulk_template"
    assert binding.columns == {"login": 0, "email": 1, "upn": 2, "enabled": 3}


@pytest.mark.parametrize("headers", [EXPORT, OLD_EXPORT, TEMPLATE, M365_EXPORT, M365_TEMPLATE])
def test_columns_that_people_add_are_read(headers: str) -> None:
    """A download with added columns for Contact Pro keeps its mapping and loses none of the columns."""
    first = len(headers.split(","))
    columns = bound(headers + ",Login,ExternalId,Tenant,Region").columns
    added = {field: columns[field] - first for field in ("login", "external_id", "tenant", "region")}
    assert added == {"login": 0, "external_id": 1, "tenant": 2, "region": 3}


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        (TEMPLATE, (2,)),
        (FRENCH_TEMPLATE, (2,)),
        (GOOGLE, (3, 4)),
        (OLD_EXPORT, (19, 20, 21)),
        ("Email,Kennwort,Startpasswort", (1, 2)),
        ("Email,Team", ()),
    ],
)
def test_secret_columns_are_found(headers: str, secrets: tuple[int, ...]) -> None:
    """A column of passwords is named so that it is not stored."""
    assert bound(headers).secret_columns == secrets


def test_the_best_of_several_aliases_serves() -> None:
    """Two columns of further addresses are not an error; the first in the order of the mapping serves."""
    binding = bound("userPrincipalName,mail,otherMails,proxyAddresses")
    assert binding.columns["aliases"] == 3
    assert binding.ignored == ("otherMails",)


def test_headers_that_are_not_used_are_told() -> None:
    """A binding keeps every header, and names those that carry no field; empty ones are not worth a name."""
    binding = bound("Email,Kostenstelle,,Team")
    assert (binding.headers, binding.ignored) == (("Email", "Kostenstelle", "", "Team"), ("Kostenstelle",))


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ("email,email", '"email" (column 1) and "email" (column 2) fit the one field email. '),
        ("Email,Login,EMAIL", '"Email" (column 1) and "EMAIL" (column 3) fit the one field email. '),
        ("email,e mail", '"email" (column 1) and "e mail" (column 2) fit the one field email. '),
        ("email,email\u00a0", '"email" (column 1) and "email\\u00a0" (column 2) fit the one field email. '),
        ("Email,Login,Benutzername", '"Login" (column 2) and "Benutzername" (column 3) fit the one field login. '),
        ("Email,Team,team", '"Team" (column 2) and "team" (column 3) fit the one field team. '),
        ("Email,Region,AWS region", '"Region" (column 2) and "AWS region" (column 3) fit the one field region. '),
    ],
)
def test_two_headers_for_one_field_are_refused(headers: str, sentence: str) -> None:
    """Both are named with their columns (T66)."""
    with pytest.raises(HeadersAmbiguous) as caught:
        bound(headers)
    assert str(caught.value).startswith(sentence + "Rename or remove all but one")


def test_an_ambiguous_email_can_be_named() -> None:
    """The advice holds: email_attribute chooses between two headers that both look like the email."""
    assert bound("Email,Work email", "Work email").columns == {"email": 1}
    with pytest.raises(HeadersAmbiguous, match=r"or name the right one with email_attribute\.$"):
        bound("Email,Work email")


@pytest.mark.parametrize(
    ("headers", "attribute", "columns"),
    [
        ("userPrincipalName,mail", "userPrincipalName", {"email": 0, "upn": 0}),
        ("userPrincipalName,mail", "MAIL", {"email": 1, "upn": 0}),
        ("Kontakt,Vorname", "Kontakt", {"email": 0, "first_name": 1}),
        ("Login,Vorname", "login", {"email": 0, "login": 0, "first_name": 1}),
        ("User name [userPrincipalName] Required,Email", "userPrincipalName", {"email": 0, "upn": 0}),
    ],
)
def test_the_job_names_the_email(headers: str, attribute: str, columns: dict[str, int]) -> None:
    """The named header is the email in place of the mapping's own, and may serve a second field."""
    assert bound(headers, attribute).columns == columns


def test_a_named_email_that_is_not_there_is_refused() -> None:
    """The nearest header is suggested, and the headers are listed."""
    with pytest.raises(UnknownName) as caught:
        bound("userPrincipalName,mail", "userPrincipalNam")
    assert str(caught.value) == (
        'email_attribute is "userPrincipalNam", and no column has that header. Did you mean "userPrincipalName"? '
        'Headers found: "userPrincipalName", "mail".'
    )


def test_a_named_email_that_is_there_twice_is_refused() -> None:
    """Naming it does not help if two columns have the name."""
    with pytest.raises(
        HeadersAmbiguous, match=r'^"Kontakt" \(column 1\) and "kontakt " \(column 2\) fit the one field'
    ):
        bound("Kontakt,kontakt ,Login", "Kontakt")


def test_a_missing_email_is_refused() -> None:
    """The sentence names which headers were found, which one looks like a slip, and which are known."""
    with pytest.raises(HeadersUnknown) as caught:
        bound("Emial,Login,Vorname")
    assert str(caught.value) == (
        'No column fits the field email, which the mapping "spreadsheet" needs. Is "Emial" meant to be "Email"? '
        'Headers found: "Emial", "Login", "Vorname". Known for email: "Email", "E-Mail-Adresse", "Adresse e-mail", '
        '"Correo electrónico", "Sähköposti", "E-post" ….'
    )


@pytest.mark.parametrize(
    "header",
    [
        "Private email",
        "E-Mail (privat)",
        "private E-Mail-Adresse",
        "E-mail perso",
        "Correo personal",
        "Oma sähköposti",
        "Privat e-post",
        "E-mail pessoal",
        "個人メール",
    ],
)
def test_a_private_address_is_never_the_email(header: str) -> None:
    """Its column is named as what it is, and no known header is proposed for it; beside an email it is left alone."""
    with pytest.raises(HeadersUnknown) as caught:
        bound(f"{header},Login")
    assert f'The column "{header}" was not read: a private address is never the one' in str(caught.value)
    assert "meant to be" not in str(caught.value)
    assert caught.value.advice == "Add a column Email with the addresses of the identity provider."
    assert bound(f"{header},Login,Email").columns == {"email": 2, "login": 1}


def test_a_upn_is_not_silently_the_email() -> None:
    """A list of people with user principal names alone is refused, because the mail may differ."""
    with pytest.raises(HeadersUnknown, match=r"^No column fits the field email"):
        bound("UPN,Vorname")


def test_unknown_headers_are_refused() -> None:
    """The first twenty headers found are listed, and what each mapping needs (T67)."""
    with pytest.raises(HeadersUnknown) as caught:
        bound(",".join(f"h{count}" for count in range(22)))
    sentence = str(caught.value)
    assert sentence.startswith('No mapping knows these headers. Headers found: "h0", "h1", ')
    assert '"h19" and 2 more. Needed, by mapping: entra_bulk_template: "[userPrincipalName]"; ' in sentence
    assert 'spreadsheet: email ("Email", "E-Mail-Adresse", ' in sentence


def test_no_headers_are_refused() -> None:
    """A row without a single header is named as one."""
    with pytest.raises(HeadersUnknown, match=r"^No mapping knows these headers\. No headers were found\. Needed"):
        bound(",")


def test_a_tie_is_refused() -> None:
    """Two mappings that fit equally are both named."""
    spreadsheet = load_source_mapping("spreadsheet")
    with pytest.raises(HeadersAmbiguous) as caught:
        choose([spreadsheet, spreadsheet], ["Email"])
    assert str(caught.value) == (
        'The mappings "spreadsheet" and "spreadsheet" fit these headers equally. Set "mapping" to the right one.'
    )


@pytest.mark.parametrize(
    ("cells", "known"),
    [
        (EXPORT.split(","), COMPLETE + 29),
        (TEMPLATE.split(","), COMPLETE + 17),
        (OLD_TEMPLATE.split(","), COMPLETE + 5),
        (["email"], COMPLETE + 1),
        (["Login", "Name"], 2),
        (["Agents of Berlin", "", ""], 0),
        (["version:v1.0", "", ""], 0),
        (["Vorname", "Nachname", "Team"], 0),
        (["anna@example.com", "Anna", "Email"], 0),
        (["Name", "E-Mail (name@firma.de)"], COMPLETE + 2),
        (["Name", "E-Mail\n(name.surname@example.com)"], COMPLETE + 2),
        (["Name", "Email(name@example.com)"], COMPLETE + 2),
        (["email;login"], 0),
        (["x" * 300_000, "email"], COMPLETE + 1),
        ([], 0),
    ],
)
def test_a_header_row_is_recognised(cells: list[str], known: int) -> None:
    """Only a row that can identify people counts, and a row that holds an address is data."""
    assert recogniser(load_source_mappings("csv"))(cells) == known


def test_a_header_row_is_recognised_by_the_named_email() -> None:
    """A header that only the job file knows makes a row a header row, too."""
    recognise = recogniser(load_source_mappings("csv"), "Kontakt")
    assert recognise(["Kontakt", "Vorname"]) == COMPLETE + 2


def test_readers_and_mappings_agree_on_a_complete_row() -> None:
    """Connectors and mappings do not import each other, so the number is written in both."""
    assert COMPLETE == base.COMPLETE


@pytest.mark.parametrize(
    ("name", "headers", "columns"),
    [
        (
            "azure_ad",
            "id,mail,userPrincipalName,accountEnabled,userType,proxyAddresses,otherMails,onPremisesSamAccountName",
            {
                "external_id": 0,
                "email": 1,
                "upn": 2,
                "enabled": 3,
                "user_type": 4,
                "aliases": 5,
                "login": 7,
            },
        ),
        (
            "sap_idp",
            "id,userName,emails[primary].value,emails,name.givenName,name.familyName,displayName,active,userType,groups",
            {
                "external_id": 0,
                "login": 1,
                "email": 2,
                "aliases": 3,
                "first_name": 4,
                "last_name": 5,
                "display_name": 6,
                "enabled": 7,
                "user_type": 8,
            },
        ),
    ],
)
def test_a_directory_is_bound(name: str, headers: str, columns: dict[str, int]) -> None:
    """The attribute names of the two directories carry their fields."""
    assert bind(load_source_mapping(name), headers.split(",")).columns == columns
