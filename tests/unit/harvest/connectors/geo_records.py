"""Records written after ISO 19139, ISO 19115-3 and CSW, for the tests of the CSW connector."""

from __future__ import annotations

GMD = """<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd"
  xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gmx="http://www.isotc211.org/2005/gmx"
  xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:srv="http://www.isotc211.org/2005/srv">
 <gmd:fileIdentifier><gco:CharacterString>{guid}</gco:CharacterString></gmd:fileIdentifier>
 <gmd:language><gmd:LanguageCode codeList="#" codeListValue="vie"/></gmd:language>
 <gmd:parentIdentifier><gco:CharacterString>series-1</gco:CharacterString></gmd:parentIdentifier>
 <gmd:hierarchyLevel><gmd:MD_ScopeCode codeList="#" codeListValue="dataset"/></gmd:hierarchyLevel>
 <gmd:contact><gmd:CI_ResponsibleParty>
   <gmd:organisationName><gco:CharacterString>Trung tâm Thông tin</gco:CharacterString></gmd:organisationName>
   <gmd:role><gmd:CI_RoleCode codeList="#" codeListValue="pointOfContact"/></gmd:role>
 </gmd:CI_ResponsibleParty></gmd:contact>
 <gmd:dateStamp><gco:DateTime>2025-10-02T03:04:05</gco:DateTime></gmd:dateStamp>
 <gmd:locale><gmd:PT_Locale id="EN"><gmd:languageCode>
   <gmd:LanguageCode codeList="#" codeListValue="eng"/></gmd:languageCode></gmd:PT_Locale></gmd:locale>
 <gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier><gmd:RS_Identifier>
   <gmd:code><gco:CharacterString>5899</gco:CharacterString></gmd:code>
   <gmd:codeSpace><gco:CharacterString>EPSG</gco:CharacterString></gmd:codeSpace>
 </gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem></gmd:referenceSystemInfo>
 <gmd:identificationInfo><gmd:MD_DataIdentification>
  <gmd:citation><gmd:CI_Citation>
   <gmd:title><gco:CharacterString>{title}</gco:CharacterString>
     <gmd:PT_FreeText><gmd:textGroup>
       <gmd:LocalisedCharacterString locale="#EN">Green trees</gmd:LocalisedCharacterString>
     </gmd:textGroup></gmd:PT_FreeText></gmd:title>
   <gmd:date><gmd:CI_Date><gmd:date><gco:Date>2024-05-01</gco:Date></gmd:date>
     <gmd:dateType><gmd:CI_DateTypeCode codeList="#" codeListValue="publication"/></gmd:dateType></gmd:CI_Date></gmd:date>
   <gmd:date><gmd:CI_Date><gmd:date><gco:Date>2025-09-30</gco:Date></gmd:date>
     <gmd:dateType><gmd:CI_DateTypeCode codeList="#" codeListValue="revision"/></gmd:dateType></gmd:CI_Date></gmd:date>
   <gmd:date><gmd:CI_Date><gmd:date><gco:Date>2023-01-01</gco:Date></gmd:date>
     <gmd:dateType><gmd:CI_DateTypeCode codeList="#" codeListValue="creation"/></gmd:dateType></gmd:CI_Date></gmd:date>
   <gmd:edition><gco:CharacterString>2.1</gco:CharacterString></gmd:edition>
   <gmd:citedResponsibleParty><gmd:CI_ResponsibleParty>
     <gmd:organisationName><gco:CharacterString>Sở Xây dựng</gco:CharacterString></gmd:organisationName>
     <gmd:role><gmd:CI_RoleCode codeList="#" codeListValue="owner"/></gmd:role>
   </gmd:CI_ResponsibleParty></gmd:citedResponsibleParty>
  </gmd:CI_Citation></gmd:citation>
  <gmd:abstract><gco:CharacterString>Cây xanh đường phố</gco:CharacterString></gmd:abstract>
  <gmd:purpose><gco:CharacterString>Quản lý cây xanh</gco:CharacterString></gmd:purpose>
  <gmd:pointOfContact><gmd:CI_ResponsibleParty>
    <gmd:individualName><gco:CharacterString>Nguyễn Thị Hoa</gco:CharacterString></gmd:individualName>
    <gmd:organisationName><gco:CharacterString>Phòng Hạ tầng</gco:CharacterString></gmd:organisationName>
    <gmd:contactInfo><gmd:CI_Contact>
      <gmd:phone><gmd:CI_Telephone><gmd:voice><gco:CharacterString>024 1234 5678</gco:CharacterString></gmd:voice></gmd:CI_Telephone></gmd:phone>
      <gmd:address><gmd:CI_Address><gmd:electronicMailAddress><gco:CharacterString>hatang@example.vn</gco:CharacterString></gmd:electronicMailAddress></gmd:CI_Address></gmd:address>
    </gmd:CI_Contact></gmd:contactInfo>
    <gmd:role><gmd:CI_RoleCode codeList="#" codeListValue="pointOfContact"/></gmd:role>
  </gmd:CI_ResponsibleParty></gmd:pointOfContact>
  <gmd:resourceMaintenance><gmd:MD_MaintenanceInformation><gmd:maintenanceAndUpdateFrequency>
    <gmd:MD_MaintenanceFrequencyCode codeList="#" codeListValue="quarterly"/>
  </gmd:maintenanceAndUpdateFrequency></gmd:MD_MaintenanceInformation></gmd:resourceMaintenance>
  <gmd:descriptiveKeywords><gmd:MD_Keywords>
    <gmd:keyword><gmx:Anchor xlink:href="http://example.vn/kw/1">cây xanh</gmx:Anchor></gmd:keyword>
    <gmd:type><gmd:MD_KeywordTypeCode codeList="#" codeListValue="theme"/></gmd:type>
  </gmd:MD_Keywords></gmd:descriptiveKeywords>
  <gmd:descriptiveKeywords><gmd:MD_Keywords>
    <gmd:keyword><gco:CharacterString>Hà Nội</gco:CharacterString></gmd:keyword>
    <gmd:type><gmd:MD_KeywordTypeCode codeList="#" codeListValue="place"/></gmd:type>
  </gmd:MD_Keywords></gmd:descriptiveKeywords>
  <gmd:resourceConstraints><gmd:MD_LegalConstraints>
    <gmd:accessConstraints><gmd:MD_RestrictionCode codeList="#" codeListValue="otherRestrictions"/></gmd:accessConstraints>
    <gmd:otherConstraints><gmx:Anchor xlink:href="http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations">no limitations</gmx:Anchor></gmd:otherConstraints>
  </gmd:MD_LegalConstraints></gmd:resourceConstraints>
  <gmd:resourceConstraints><gmd:MD_LegalConstraints>
    <gmd:useConstraints><gmd:MD_RestrictionCode codeList="#" codeListValue="license"/></gmd:useConstraints>
    <gmd:otherConstraints><gmx:Anchor xlink:href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</gmx:Anchor></gmd:otherConstraints>
  </gmd:MD_LegalConstraints></gmd:resourceConstraints>
  <gmd:spatialResolution><gmd:MD_Resolution><gmd:equivalentScale><gmd:MD_RepresentativeFraction>
    <gmd:denominator><gco:Integer>2000</gco:Integer></gmd:denominator>
  </gmd:MD_RepresentativeFraction></gmd:equivalentScale></gmd:MD_Resolution></gmd:spatialResolution>
  <gmd:language><gmd:LanguageCode codeList="#" codeListValue="vie"/></gmd:language>
  <gmd:topicCategory><gmd:MD_TopicCategoryCode>environment</gmd:MD_TopicCategoryCode></gmd:topicCategory>
  <gmd:extent><gmd:EX_Extent>
    <gmd:geographicElement><gmd:EX_GeographicBoundingBox>
      <gmd:westBoundLongitude><gco:Decimal>105.28</gco:Decimal></gmd:westBoundLongitude>
      <gmd:eastBoundLongitude><gco:Decimal>106.02</gco:Decimal></gmd:eastBoundLongitude>
      <gmd:southBoundLatitude><gco:Decimal>20.56</gco:Decimal></gmd:southBoundLatitude>
      <gmd:northBoundLatitude><gco:Decimal>21.39</gco:Decimal></gmd:northBoundLatitude>
    </gmd:EX_GeographicBoundingBox></gmd:geographicElement>
    <gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent><gml:TimePeriod gml:id="t1">
      <gml:beginPosition>2020-01-01</gml:beginPosition><gml:endPosition indeterminatePosition="now"/>
    </gml:TimePeriod></gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement>
  </gmd:EX_Extent></gmd:extent>
 </gmd:MD_DataIdentification></gmd:identificationInfo>
 <gmd:distributionInfo><gmd:MD_Distribution>
  <gmd:distributionFormat><gmd:MD_Format><gmd:name><gco:CharacterString>ESRI Shapefile</gco:CharacterString></gmd:name></gmd:MD_Format></gmd:distributionFormat>
  <gmd:transferOptions><gmd:MD_DigitalTransferOptions>
   <gmd:transferSize><gco:Real>1.5</gco:Real></gmd:transferSize>
   <gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>tai-ve/cay xanh.zip</gmd:URL></gmd:linkage>
     <gmd:protocol><gco:CharacterString>WWW:DOWNLOAD-1.0-http--download</gco:CharacterString></gmd:protocol>
     <gmd:name><gco:CharacterString>Tệp dữ liệu</gco:CharacterString></gmd:name></gmd:CI_OnlineResource></gmd:onLine>
  </gmd:MD_DigitalTransferOptions></gmd:transferOptions>
  <gmd:transferOptions><gmd:MD_DigitalTransferOptions>
   <gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>https://gis.example.vn/ows?service=WMS</gmd:URL></gmd:linkage>
     <gmd:protocol><gco:CharacterString>OGC:WMS-1.3.0-http-get-map</gco:CharacterString></gmd:protocol></gmd:CI_OnlineResource></gmd:onLine>
   <gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>D:\\du-lieu\\cay.shp</gmd:URL></gmd:linkage></gmd:CI_OnlineResource></gmd:onLine>
  </gmd:MD_DigitalTransferOptions></gmd:transferOptions>
 </gmd:MD_Distribution></gmd:distributionInfo>
 <gmd:dataQualityInfo><gmd:DQ_DataQuality><gmd:lineage><gmd:LI_Lineage>
   <gmd:statement><gco:CharacterString>Khảo sát thực địa</gco:CharacterString></gmd:statement>
 </gmd:LI_Lineage></gmd:lineage></gmd:DQ_DataQuality></gmd:dataQualityInfo>
</gmd:MD_Metadata>"""  # noqa: E501

MDB = """<mdb:MD_Metadata xmlns:mdb="http://standards.iso.org/iso/19115/-3/mdb/2.0"
  xmlns:cit="http://standards.iso.org/iso/19115/-3/cit/2.0" xmlns:mcc="http://standards.iso.org/iso/19115/-3/mcc/1.0"
  xmlns:mri="http://standards.iso.org/iso/19115/-3/mri/1.0" xmlns:mrd="http://standards.iso.org/iso/19115/-3/mrd/1.0"
  xmlns:mco="http://standards.iso.org/iso/19115/-3/mco/1.0" xmlns:mmi="http://standards.iso.org/iso/19115/-3/mmi/1.0"
  xmlns:lan="http://standards.iso.org/iso/19115/-3/lan/1.0" xmlns:gex="http://standards.iso.org/iso/19115/-3/gex/1.0"
  xmlns:mrl="http://standards.iso.org/iso/19115/-3/mrl/2.0" xmlns:gcx="http://standards.iso.org/iso/19115/-3/gcx/1.0"
  xmlns:gco="http://standards.iso.org/iso/19115/-3/gco/1.0" xmlns:gml="http://www.opengis.net/gml/3.2"
  xmlns:xlink="http://www.w3.org/1999/xlink">
 <mdb:metadataIdentifier><mcc:MD_Identifier><mcc:code><gco:CharacterString>{guid}</gco:CharacterString></mcc:code>
   <mcc:codeSpace><gco:CharacterString>urn:uuid</gco:CharacterString></mcc:codeSpace></mcc:MD_Identifier></mdb:metadataIdentifier>
 <mdb:defaultLocale><lan:PT_Locale><lan:language><lan:LanguageCode codeList="#" codeListValue="eng"/></lan:language></lan:PT_Locale></mdb:defaultLocale>
 <mdb:otherLocale><lan:PT_Locale id="VI"><lan:language><lan:LanguageCode codeList="#" codeListValue="vie"/></lan:language></lan:PT_Locale></mdb:otherLocale>
 <mdb:dateInfo><cit:CI_Date><cit:date><gco:DateTime>2025-01-02T00:00:00Z</gco:DateTime></cit:date>
   <cit:dateType><cit:CI_DateTypeCode codeList="#" codeListValue="revision"/></cit:dateType></cit:CI_Date></mdb:dateInfo>
 <mdb:metadataLinkage><cit:CI_OnlineResource><cit:linkage><gco:CharacterString>https://geo.example.vn/record/{guid}</gco:CharacterString></cit:linkage></cit:CI_OnlineResource></mdb:metadataLinkage>
 <mdb:parentMetadata uuidref="parent-9"/>
 <mdb:identificationInfo><mri:MD_DataIdentification>
  <mri:citation><cit:CI_Citation>
   <cit:title><gco:CharacterString>Flood map</gco:CharacterString><lan:PT_FreeText><lan:textGroup>
     <lan:LocalisedCharacterString locale="#VI">Bản đồ ngập</lan:LocalisedCharacterString></lan:textGroup></lan:PT_FreeText></cit:title>
   <cit:date><cit:CI_Date><cit:date><gco:Date>2022</gco:Date></cit:date><cit:dateType><cit:CI_DateTypeCode codeList="#" codeListValue="publication"/></cit:dateType></cit:CI_Date></cit:date>
  </cit:CI_Citation></mri:citation>
  <mri:abstract><gco:CharacterString>Flooded streets</gco:CharacterString></mri:abstract>
  <mri:pointOfContact><cit:CI_Responsibility>
    <cit:role><cit:CI_RoleCode codeList="#" codeListValue="publisher"/></cit:role>
    <cit:party><cit:CI_Organisation><cit:name><gco:CharacterString>Sewerage Company</gco:CharacterString></cit:name>
      <cit:contactInfo><cit:CI_Contact>
        <cit:phone><cit:CI_Telephone><cit:number><gco:CharacterString>+84 24 99</gco:CharacterString></cit:number>
          <cit:numberType><cit:CI_TelephoneTypeCode codeList="#" codeListValue="facsimile"/></cit:numberType></cit:CI_Telephone></cit:phone>
        <cit:phone><cit:CI_Telephone><cit:number><gco:CharacterString>+84 24 11</gco:CharacterString></cit:number>
          <cit:numberType><cit:CI_TelephoneTypeCode codeList="#" codeListValue="voice"/></cit:numberType></cit:CI_Telephone></cit:phone>
        <cit:address><cit:CI_Address><cit:electronicMailAddress><gco:CharacterString>a@example.vn</gco:CharacterString></cit:electronicMailAddress></cit:CI_Address></cit:address>
      </cit:CI_Contact></cit:contactInfo>
      <cit:individual><cit:CI_Individual><cit:name><gco:CharacterString>Anh Tran</gco:CharacterString></cit:name></cit:CI_Individual></cit:individual>
    </cit:CI_Organisation></cit:party></cit:CI_Responsibility></mri:pointOfContact>
  <mri:topicCategory><mri:MD_TopicCategoryCode>inlandWaters</mri:MD_TopicCategoryCode></mri:topicCategory>
  <mri:extent><gex:EX_Extent>
    <gex:geographicElement><gex:EX_BoundingPolygon><gex:polygon>
      <gml:Polygon gml:id="p" srsName="http://www.opengis.net/def/crs/EPSG/0/4326"><gml:exterior><gml:LinearRing>
       <gml:posList>20.9 105.7 20.9 105.9 21.1 105.9 20.9 105.7</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>
    </gex:polygon></gex:EX_BoundingPolygon></gex:geographicElement>
    <gex:temporalElement><gex:EX_TemporalExtent><gex:extent><gml:TimeInstant gml:id="i"><gml:timePosition>2021-07-01</gml:timePosition></gml:TimeInstant></gex:extent></gex:EX_TemporalExtent></gex:temporalElement>
  </gex:EX_Extent></mri:extent>
  <mri:resourceMaintenance><mmi:MD_MaintenanceInformation><mmi:userDefinedMaintenanceFrequency><gco:TM_PeriodDuration>P6M</gco:TM_PeriodDuration></mmi:userDefinedMaintenanceFrequency></mmi:MD_MaintenanceInformation></mri:resourceMaintenance>
  <mri:resourceConstraints><mco:MD_LegalConstraints>
    <mco:reference><cit:CI_Citation><cit:title><gco:CharacterString>Creative Commons Zero</gco:CharacterString></cit:title>
      <cit:onlineResource><cit:CI_OnlineResource><cit:linkage><gco:CharacterString>http://creativecommons.org/publicdomain/zero/1.0/</gco:CharacterString></cit:linkage></cit:CI_OnlineResource></cit:onlineResource></cit:CI_Citation></mco:reference>
    <mco:useConstraints><mco:MD_RestrictionCode codeList="#" codeListValue="licence"/></mco:useConstraints>
  </mco:MD_LegalConstraints></mri:resourceConstraints>
 </mri:MD_DataIdentification></mdb:identificationInfo>
 <mdb:distributionInfo><mrd:MD_Distribution><mrd:transferOptions><mrd:MD_DigitalTransferOptions>
   <mrd:onLine><cit:CI_OnlineResource><cit:linkage><gco:CharacterString>https://geo.example.vn/flood.gpkg</gco:CharacterString></cit:linkage>
     <cit:protocol><gco:CharacterString>WWW:DOWNLOAD</gco:CharacterString></cit:protocol>
     <cit:function><cit:CI_OnLineFunctionCode codeList="#" codeListValue="download"/></cit:function></cit:CI_OnlineResource></mrd:onLine>
 </mrd:MD_DigitalTransferOptions></mrd:transferOptions></mrd:MD_Distribution></mdb:distributionInfo>
 <mdb:resourceLineage><mrl:LI_Lineage><mrl:statement><gco:CharacterString>Radar images</gco:CharacterString></mrl:statement></mrl:LI_Lineage></mdb:resourceLineage>
</mdb:MD_Metadata>"""  # noqa: E501

DC = """<csw:Record xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:dct="http://purl.org/dc/terms/" xmlns:ows="http://www.opengis.net/ows">
 <dc:identifier>{guid}</dc:identifier><dc:title>{title}</dc:title><dc:type>dataset</dc:type>
 <dc:subject>đường</dc:subject><dc:subject>giao thông; cầu</dc:subject><dct:abstract>Mạng lưới đường</dct:abstract>
 <dct:modified>2024-02-03</dct:modified><dct:issued>2023-02-03</dct:issued><dc:creator>Sở Xây dựng</dc:creator>
 <dc:rights>https://creativecommons.org/licenses/by/4.0/</dc:rights>
 <dct:references scheme="OGC:WFS">https://gis.example.vn/wfs</dct:references>
 <dc:URI protocol="WWW:DOWNLOAD-1.0-http--download" name="CSV" description="Bảng">https://gis.example.vn/duong.csv</dc:URI>
 <ows:BoundingBox crs="urn:ogc:def:crs:EPSG::4326"><ows:LowerCorner>20.5 105.3</ows:LowerCorner><ows:UpperCorner>21.4 106.0</ows:UpperCorner></ows:BoundingBox>
</csw:Record>"""  # noqa: E501

CAPABILITIES = """<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/{edition}" xmlns:ows="http://www.opengis.net/ows"
  xmlns:xlink="http://www.w3.org/1999/xlink" version="{version}">
 <ows:ServiceIdentification><ows:ServiceType>CSW</ows:ServiceType><ows:ServiceTypeVersion>{version}</ows:ServiceTypeVersion></ows:ServiceIdentification>
 <ows:OperationsMetadata><ows:Operation name="GetRecords"><ows:DCP><ows:HTTP>{methods}</ows:HTTP></ows:DCP>
  <ows:Parameter name="outputSchema">{schemas}</ows:Parameter></ows:Operation></ows:OperationsMetadata>
</csw:Capabilities>"""  # noqa: E501

EXCEPTION = """<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows" version="1.2.0">
 <ows:Exception exceptionCode="{code}" locator="x">
  <ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception>
</ows:ExceptionReport>"""


def answer(records: list[str], matched: object, following: object, edition: str = "2.0.2") -> str:
    """A GetRecordsResponse."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><csw:GetRecordsResponse '
        f'xmlns:csw="http://www.opengis.net/cat/csw/{edition}">'
        f'<csw:SearchStatus timestamp="2026-01-01T00:00:00Z"/><csw:SearchResults '
        f'numberOfRecordsMatched="{matched}" numberOfRecordsReturned="{len(records)}" '
        f'nextRecord="{following}">{"".join(records)}</csw:SearchResults></csw:GetRecordsResponse>'
    )
