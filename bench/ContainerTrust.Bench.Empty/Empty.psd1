@{
    RootModule = 'Empty.dll'
    ModuleVersion = '1.0.0'
    GUID = '6b0c7a7a-7c1c-4d53-9d5b-3f0f6a6a1f0e'
    Author = 'The ContainerTrust authors'
    Description = 'Does nothing: what importing and formatting cost anyone.'
    PowerShellVersion = '7.4'
    FormatsToProcess = 'Empty.format.ps1xml'
    CmdletsToExport = 'Get-Nothing'
    FunctionsToExport = @()
    AliasesToExport = @()
    VariablesToExport = @()
}
