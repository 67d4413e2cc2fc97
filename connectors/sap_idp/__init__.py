"""Kind "sap_idp": SAP Cloud Identity Services through SCIM."""
