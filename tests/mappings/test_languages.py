"""Headers of the spreadsheet mapping in eight languages (T67)."""

import pytest

from mappings.bind import bind
from mappings.headers import normalise_header
from mappings.load import load_source_mapping

FIELDS = ("email", "login", "external_id", "first_name", "last_name", "region", "team", "site", "enabled", "upn")


@pytest.mark.parametrize(
    "headers",
    [
        "Email address;Logon name;Employee ID;First name;Last name;Region;Team;Site;Active;UPN",
        (
            "E-Mail-Adresse;Benutzername;Personalnummer;Vorname;Nachname;Rechenzentrum;Abteilung;Standort;Aktiv;"
            "Benutzerprinzipalname"
        ),
        "Adresse e-mail;Identifiant;Matricule;Prénom;Nom;Région;Équipe;Bureau;Actif;Nom d'utilisateur principal",
        (
            "Correo electrónico;Usuario;Número de empleado;Nombre;Apellidos;Región;Equipo;Sede;Activo;"
            "Nombre principal de usuario"
        ),
        "Sähköposti;Käyttäjätunnus;Henkilönumero;Etunimi;Sukunimi;Alue;Tiimi;Toimipiste;Käytössä;Käyttäjän päänimi",
        (
            "E-postadress;Användarnamn;Anställningsnummer;Förnamn;Efternamn;Region;Avdelning;Kontor;Aktiverad;"
            "Användarens huvudnamn"
        ),
        (
            "Endereço de e-mail;Nome de usuário;Matrícula;Nome;Sobrenome;Região;Equipe;Escritório;Ativo;"
            "Nome principal do usuário"
        ),
        "メールアドレス;ユーザー名;社員番号;名;姓;リージョン;チーム;拠点;有効;ユーザープリンシパル名",
    ],
    ids=["en", "de", "fr", "es", "fi", "sv", "pt", "ja"],
)
def test_a_list_is_read_in_its_language(headers: str) -> None:
    """Each column of the list carries its field."""
    columns = bind(load_source_mapping("spreadsheet"), headers.split(";")).columns
    assert columns == {field: place for place, field in enumerate(FIELDS)}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("E-mail", "email"),
        ("Work e-mail", "email"),
        ("MAIL", "email"),
        ("Courriel", "email"),
        ("Correo", "email"),
        ("E-post", "email"),
        ("User ID/Email (Required)", "email"),
        ("Email Address [Required]", "email"),
        ("Login", "login"),
        ("User name", "login"),
        ("Anmeldename", "login"),
        ("ログイン名", "login"),
        ("Usuário", "login"),
        ("ExternalId", "external_id"),
        ("Tenant", "tenant"),
        ("Mandant", "tenant"),
        ("Location", "site"),
        ("UserType", "user_type"),
        ("Benutzertyp", "user_type"),
        ("proxyAddresses", "aliases"),
        ("Name", "display_name"),
        ("FirstName", "first_name"),
        ("LastName", "last_name"),
        ("userPrincipalName", "upn"),
        ("ID", None),
        ("No.", None),
        ("Email (private)", None),
        ("E-Mail-Adresse (Pflicht)", "email"),
        ("Gesperrt", None),
        ("Block sign in (Yes/No) [accountEnabled] Required", None),
    ],
)
def test_a_header_means_its_field(header: str, field: str | None) -> None:
    """An ambiguous header has the meaning of the mapping's comments."""
    mapping = load_source_mapping("spreadsheet")
    columns = bind(mapping, ["S", header], email_attribute="S").columns
    assert columns == ({"email": 0} if field in {None, "email"} else {"email": 0, field: 1})
    if field == "email":
        assert bind(mapping, [header]).columns == {"email": 0}


@pytest.mark.parametrize(
    ("mapping", "field", "cell", "value"),
    [
        ("spreadsheet", "enabled", "Yes", "true"),
        ("spreadsheet", "enabled", "nein", "false"),
        ("spreadsheet", "enabled", "Sí", "true"),
        ("spreadsheet", "enabled", "EI", "false"),
        ("spreadsheet", "enabled", "はい", "true"),
        ("spreadsheet", "enabled", "FALSCH", "false"),
        ("spreadsheet", "user_type", "Gast", "guest"),
        ("entra_export", "enabled", "True", "true"),
        ("entra_export", "user_type", "Guest", "guest"),
        ("entra_bulk_template", "enabled", " No", "true"),
        ("entra_bulk_template", "enabled", "Oui", "false"),
        ("entra_bulk_template", "enabled", "Nein", "true"),
        ("m365_export", "enabled", "True", "false"),
        ("sap_idp", "user_type", "partner", "guest"),
    ],
)
def test_a_cell_becomes_a_canonical_word(mapping: str, field: str, cell: str, value: str) -> None:
    """Yes and no are read in their language, and inverted if the column is about blocked users."""
    assert load_source_mapping(mapping).fields[field].values[normalise_header(cell)] == value
