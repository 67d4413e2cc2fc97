"""Kind "azure_ad": Microsoft Entra ID through Microsoft Graph. Imports nothing: the SDK is loaded when it is needed."""
