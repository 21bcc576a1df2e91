# Faults of pages, which the build of the help must refuse. Dot-source it.
# What is changed in a page, at which line the fault is then (the last that matches At; the first of the page without it), what the builder says, and
# how many faults follow from it in all.
$script:HelpFaults = @(
    @{ Page = 'ConvertTo-ClusterImagePolicy'; Was = '(?m)^## SYNOPSIS$'; Becomes = '## SYNOPSES'; At = '^## SYNOPSES'; Count = 2
        Message = "There is no section 'SYNOPSES'. Possible are SYNOPSIS, SYNTAX, ALIASES, DESCRIPTION, EXAMPLES, PARAMETERS, INPUTS, OUTPUTS, NOTES, RELATED LINKS."
    }
    @{ Page = 'Export-ImageTrustReport'; Was = '(?s)(## SYNOPSIS\n).*?(?=\n## )'; Becomes = '$1'; At = '^## SYNOPSIS'; Count = 1; Message = 'The section SYNOPSIS is empty.' }
    @{ Page = 'Get-ImageTrust'; Was = '(?s)(### -AsJob\n).*?(?=\n```yaml)'; Becomes = '$1'; At = '^### -AsJob'; Count = 5; Message = '-AsJob has no description.' }
    @{ Page = 'Get-MachineConfigTrust'; Was = '## DESCRIPTION\n'; Becomes = "`$0`n{{ Fill in the description }}`n"; At = '\{\{'; Count = 1
        Message = 'A place that was to be filled in: {{ }}.'
    }
    @{ Page = 'Get-ReleaseImage'; Was = 'IsRequired: true'; Becomes = 'IsNeeded: true'; At = 'IsNeeded'; Count = 2
        Message = "Property 'IsNeeded' not found on type 'ContainerTrust.HelpBuilder.ParameterSetFacts'."
    }
    @{ Page = 'New-MachineConfigTrust'; Was = '(?s)\n## NOTES\n.*?(?=\n## )'; Becomes = ''; Count = 1; Message = 'The section NOTES is missing.' }
    @{ Page = 'Remove-ImageTrust'; Was = ' \[-Force\]| \[-Transport <string>\]'; Becomes = ''; At = '^### Registry'; Count = 1
        Message = 'The syntax of Registry does not show -Transport.'
    }
    @{ Page = 'Reset-ImageTrust'; Was = '```powershell'; Becomes = '```text'; At = '^### Example 1'; Count = 1; Message = 'The example has no code (```powershell).' }
    @{ Page = 'Set-ImageTrust'; Was = '\(Get-ImageTrust\.md\)'; Becomes = '(Get-Trust.md)'; At = '\(Get-Trust\.md'; Count = 1
        Message = "The link leads nowhere: 'Get-Trust.md'. It must be the file of another page, or begin with https://."
    }
    @{ Page = 'Test-ImageSignature'; Was = 'HelpUri: https:'; Becomes = 'HelpUri: http:'; At = '^HelpUri'; Count = 1
        Message = "'HelpUri' must be the https address of this page, not 'http://github.com/containertrust/containertrust/blob/main/docs/help/Test-ImageSignature.md'."
    }
    @{ Page = 'Test-ImageTrust'; Was = '### -AsJob\n'; Becomes = "### -Quiet`n"; At = '^### -Quiet'; Count = 2; Message = '-Quiet is described twice.' }
    @{ Page = 'Test-MachineConfigTrust'; Was = '(?m)^(## NOTES\n\n)'; Becomes = "`$1<b>Beware</b>`n`n"; At = '<b>'; Count = 1; Message = 'Help cannot show this: HtmlInline.' }
    @{ Page = 'about_ContainerTrust'; Was = '## SHORT DESCRIPTION'; Becomes = '## IN SHORT'; Count = 1
        Message = 'A topic must begin with its name as the title, and a short description: # about_ContainerTrust, ## SHORT DESCRIPTION.'
    }
)
