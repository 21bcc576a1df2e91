using System.Management.Automation;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Commands;

/// <summary>
/// A transport in any case, as PowerShell's own values are taken, becomes the one that the policy format knows. Other names stay as they
/// are.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TransportNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string name
            ? TransportScopes.Known.Append("all").FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name
            : inputData;
}
