@{
    RootModule = 'ContainerTrust.dll'
    ModuleVersion = '0.1.0'
    GUID = '718e1d41-9e5e-4592-8199-0d6a43814d2e'
    Author = 'The ContainerTrust authors'
    CompanyName = 'The ContainerTrust authors'
    Copyright = 'Copyright (c) The ContainerTrust authors'
    Description = 'Manages which container images hosts trust (policy.json, registries.d, and the keys they name), and verifies the signatures of images by that.'
    PowerShellVersion = '7.6'
    CompatiblePSEditions = @('Core')
    RequiredAssemblies = @('ContainerTrust.dll', 'ContainerTrust.Model.dll')
    TypesToProcess = @('ContainerTrust.types.ps1xml', 'ContainerTrust.Compare.types.ps1xml', 'ContainerTrust.Rotation.types.ps1xml',
        'ContainerTrust.Control.types.ps1xml', 'ContainerTrust.Change.types.ps1xml', 'ContainerTrust.Enforcement.types.ps1xml',
        'ContainerTrust.ImageMode.types.ps1xml', 'ContainerTrust.Preset.types.ps1xml')
    FormatsToProcess = @('ContainerTrust.format.ps1xml', 'ContainerTrust.Compare.format.ps1xml', 'ContainerTrust.Rotation.format.ps1xml',
        'ContainerTrust.Control.format.ps1xml', 'ContainerTrust.Change.format.ps1xml', 'ContainerTrust.Enforcement.format.ps1xml',
        'ContainerTrust.ImageMode.format.ps1xml', 'ContainerTrust.Preset.format.ps1xml')
    CmdletsToExport = @(
        'Assert-ImageSignature'
        'Compare-ImageTrust'
        'ConvertTo-ClusterImagePolicy'
        'Export-ImageTrust'
        'Export-ImageTrustReport'
        'Get-ImageTrust'
        'Get-ImageTrustChange'
        'Get-ImageTrustPreset'
        'Get-ImageTrustRule'
        'Get-MachineConfigTrust'
        'Get-ReleaseImage'
        'Import-ImageTrust'
        'New-ImageTrust'
        'New-ImageTrustLayer'
        'New-MachineConfigTrust'
        'Remove-ImageTrust'
        'Reset-ImageTrust'
        'Save-ImageSignature'
        'Set-ImageTrust'
        'Test-BootImage'
        'Test-ImageEnforcement'
        'Test-ImageSignature'
        'Test-ImageTrust'
        'Test-MachineConfigTrust'
        'Test-ReleaseMirror'
        'Undo-ImageTrust'
        'Update-ImageTrustKey'
    )
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
    PrivateData = @{
        PSData = @{
            Tags = @('PSEdition_Core', 'Linux', 'containers', 'podman', 'skopeo', 'CRI-O', 'OpenShift', 'RHEL', 'policy.json', 'registries.d', 'signature', 'sigstore', 'trust', 'security', 'cosign', 'bootc', 'image-mode', 'rpm-ostree', 'MachineConfig',
                'ClusterImagePolicy', 'oc-mirror', 'STIG', 'compliance', 'supply-chain')
            ProjectUri = 'https://github.com/containertrust/containertrust'
            LicenseUri = 'https://github.com/containertrust/containertrust/blob/main/LICENSE'
            ReleaseNotes = 'https://github.com/containertrust/containertrust/blob/main/CHANGELOG.md'
        }
    }
}
