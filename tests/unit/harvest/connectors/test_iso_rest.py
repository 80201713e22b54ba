"""What ISO records say beside the usual is kept too."""

from __future__ import annotations

from ckanext.hanoi.harvest.standards import iso19115
from ckanext.hanoi.parsing import xml

RECORD = """<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd"
 xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gmx="http://www.isotc211.org/2005/gmx"
 xmlns:srv="http://www.isotc211.org/2005/srv" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:che="http://www.geocat.ch/2008/che">
 <gmd:fileIdentifier><gco:CharacterString>a</gco:CharacterString></gmd:fileIdentifier>
 <gmd:identificationInfo><{kind}>
  <gmd:citation><gmd:CI_Citation><gmd:title><gco:CharacterString>Đê</gco:CharacterString>
  </gmd:title></gmd:CI_Citation></gmd:citation>{info}</{kind}></gmd:identificationInfo>{more}
</gmd:MD_Metadata>"""


def text(name: str, words: str) -> str:
    return f"<{name}><gco:CharacterString>{words}</gco:CharacterString></{name}>"


def draft(info: str = "", more: str = "", kind: str = "gmd:MD_DataIdentification") -> dict:
    return iso19115.to_draft(xml.parse(RECORD.format(kind=kind, info=info, more=more)))


def test_the_swiss_profile_has_its_own_telephones_addresses_and_names():
    found = draft(f"""<gmd:pointOfContact><che:CHE_CI_ResponsibleParty>
      {text("che:individualFirstName", "Anna")}{text("che:individualLastName", "Muster")}
      <gmd:contactInfo><gmd:CI_Contact><gmd:phone><che:CHE_CI_Telephone>
      {text("gmd:voice", "041 728 56 00")}{text("gmd:facsimile", "041 728 56 09")}
      </che:CHE_CI_Telephone></gmd:phone><gmd:address><che:CHE_CI_Address>
      {text("gmd:electronicMailAddress", "a@x.example")}{text("che:streetName", "Aabachstrasse")}
      </che:CHE_CI_Address></gmd:address>{text("gmd:hoursOfService", "08:00-17:00")}
      </gmd:CI_Contact></gmd:contactInfo></che:CHE_CI_ResponsibleParty></gmd:pointOfContact>""")
    assert found["contact"] == {
        "name": "Anna Muster", "email": "a@x.example", "phone": "041 728 56 00",
    }  # fmt: skip
    for words in ("Aabachstrasse", "fax: 041 728 56 09", "hoursOfService: 08:00-17:00"):
        assert words in found["extras"]["parties"]


def test_addresses_of_keywords_are_kept_and_name_themes():
    theme = "http://publications.europa.eu/resource/authority/data-theme/TRAN"
    found = draft(f"""<gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword>
      <gmx:Anchor xlink:href="{theme}">Transport</gmx:Anchor></gmd:keyword><gmd:keyword>
      <gmx:Anchor xlink:href="https://x.example/kw">x</gmx:Anchor></gmd:keyword>
      </gmd:MD_Keywords></gmd:descriptiveKeywords>""")
    assert found["keywords"] == ["Transport", "x"]
    assert found["themes"] == [theme]
    assert found["extras"]["keyword_address"] == f"{theme}; https://x.example/kw"


def test_what_a_service_works_on_is_related_and_its_address_kept():
    found = draft(
        '<srv:operatesOn uuidref="lop-duong" xlink:href="https://x.example/csw?id=1"/>',
        kind="srv:SV_ServiceIdentification",
    )
    assert found["related"] == ["lop-duong"]
    assert found["extras"]["operates_on"] == "https://x.example/csw?id=1"


def test_why_data_conforms_is_kept():
    found = draft(more=f"""<gmd:dataQualityInfo><gmd:DQ_DataQuality><gmd:report>
      <gmd:DQ_DomainConsistency><gmd:result><gmd:DQ_ConformanceResult><gmd:specification>
      <gmd:CI_Citation>{text("gmd:title", "QCVN 42")}</gmd:CI_Citation></gmd:specification>
      {text("gmd:explanation", "Đã kiểm tra")}<gmd:pass><gco:Boolean>true</gco:Boolean></gmd:pass>
      </gmd:DQ_ConformanceResult></gmd:result></gmd:DQ_DomainConsistency></gmd:report>
      </gmd:DQ_DataQuality></gmd:dataQualityInfo>""")
    assert found["conforms_to"] == ["QCVN 42"]
    assert found["extras"]["conformity_explanation"] == "QCVN 42: Đã kiểm tra"


def test_the_address_of_a_limitation_is_no_licence_but_kept():
    codes = "http://inspire.ec.europa.eu/metadata-codelist"
    address = f"{codes}/LimitationsOnPublicAccess/noLimitations"
    found = draft(f"""<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:otherConstraints>
      <gmx:Anchor xlink:href="{address}">Không hạn chế</gmx:Anchor></gmd:otherConstraints>
      </gmd:MD_LegalConstraints></gmd:resourceConstraints>""")
    assert "license" not in found
    assert found["rights"] == "Không hạn chế"
    assert found["extras"]["constraint_address"] == address
