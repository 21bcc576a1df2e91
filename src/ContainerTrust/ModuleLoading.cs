using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>PowerShell calls this when the module is imported into a runspace and when it is removed from one.</summary>
public sealed class ModuleLoading : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport() => EngineLoadContext.Hook();

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => EngineLoadContext.Unhook();
}
