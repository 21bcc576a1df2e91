using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>
/// An operation in a text about a judged host carries that host (<see cref="Advice.Of"/>), so that what is run fixes those files and no
/// others. One that stands bare is in the list, with the reason.
/// </summary>
public sealed class AdviceSiteTests
{
    private const string Argument = "says where an argument comes from; no host has been asked yet";
    private const string Command = "says which command to use in place of the one that was given";
    private const string Cluster = "is about a cluster or its documents, and these name their own";

    /// <summary>Operations that may stand bare: how often, and why.</summary>
    private static readonly Dictionary<string, (int Count, string Reason)> s_bare = new(StringComparer.Ordinal)
    {
        ["Compliance.Reports.ComplianceReport: Audit"] = (1, Argument),
        ["Compliance.Controls.ControlFrameworks: CheckMirror"] = (1, "is about a cluster's releases, and about no host"),
        ["Compliance.Controls.ControlFrameworks: ListRelease"] = (1, "is about a cluster's releases, and about no host"),
        ["Compliance.Controls.ControlFrameworks: WatchMachineConfig"] = (1, Cluster),
        ["Compliance.TrustBaseline: Get"] = (1, Argument),
        ["Config.Policy.PolicyEditor: Remove"] = (1, Command),
        ["ImageMode.BootReasons: MakeLayer"] = (2, "is about an image that is built, and about no host"),
        ["ImagePolicies.ImagePolicyPreset: Verify"] = (1, Cluster),
        ["ImagePolicies.ImagePolicyVersions: MakeMachineConfig"] = (1, Cluster),
        ["ImagePolicies.PolicyBodyReader: Get"] = (4, Argument),
        ["ImagePolicies.PolicyBodyReader: Set"] = (2, "is about an entry, which may come from any host or from none"),
        ["MachineConfig.Clusters.ScopeCollision: MakeImagePolicy"] = (1, Cluster),
        ["MachineConfig.Clusters.ScopeCollision: Verify"] = (1, Cluster),
        ["MachineConfig.IgnitionSupport: MakeMachineConfig"] = (1, Cluster),
        ["MachineConfig.MachineConfigBuilder: Get"] = (3, Argument),
        ["MachineConfig.NodeDoubts: Set"] = (2, "is about an entry, which may come from any host or from none"),
        ["MachineConfig.NodeKeys: Set"] = (1, "is about an entry, which may come from any host or from none"),
        ["MachineConfig.Rollout.MeantFiles: MakeMachineConfig"] = (1, Cluster),
        ["MachineConfig.Rollout.HostedPools: MakeMachineConfig"] = (1, Cluster),
        ["MachineConfig.Rollout.MakeAgain: MakeMachineConfig"] = (2, Cluster),
        ["MachineConfig.Rollout.MakeAgain: ReadMachineConfig"] = (1, Cluster),
        ["MachineConfig.Rollout.RolloutJudge: MakeMachineConfig"] = (1, Cluster),
        ["MachineConfig.Rollout.StoreCheck: Set"] = (1, Cluster),
        ["Trust.EntryRules: Get"] = (1, Argument),
        ["Trust.Files.FileEntries: Get"] = (1, Argument),
        ["Trust.Files.TrustFileWriter: Get"] = (1, Argument),
        ["Trust.Rotation.RotationKey: Get"] = (1, Argument),
        ["Trust.ScopeRules: Get"] = (1, Argument),
        ["Trust.SetRequest: Remove"] = (1, Command),
    };

    [Fact]
    public void An_operation_without_its_host_is_one_of_the_list()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(TrustException).Assembly.Location);
        string[] sites = [.. assembly.MainModule.GetTypes().SelectMany(static t => t.Methods).Where(static m => m.HasBody)
            .SelectMany(static m => m.Body.Instructions.Where(IsBare).Select(i => $"{OwnerOf(m.DeclaringType)}: {NameOf(i)}"))];
        Assert.Equal(
            s_bare.Select(static s => $"{s.Key} ({s.Value.Count})").Order(StringComparer.Ordinal),
            sites.CountBy(static s => s).Select(static s => $"{s.Key} ({s.Value})").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_operation_with_its_host_is_found_as_such()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(TrustException).Assembly.Location);
        int said = assembly.MainModule.GetTypes().SelectMany(static t => t.Methods).Where(static m => m.HasBody)
            .SelectMany(static m => m.Body.Instructions).Count(static i => IsOperation(i) && !IsBare(i));
        Assert.True(said > 20, "advice with a target was found");
    }

    private static bool IsOperation(Instruction instruction) => instruction.Operand is MethodReference
    {
        DeclaringType.Name: nameof(TrustOperation),
        ReturnType.Name: nameof(TrustOperation),
    };

    // As part of an interpolated text, or of a sum of texts.
    private static bool IsBare(Instruction instruction) => IsOperation(instruction) && instruction.Next?.Operand is MethodReference next
        && (next.Name == nameof(ToString) || (next is GenericInstanceMethod { Name: "AppendFormatted" } text
            && text.GenericArguments[0].Name == nameof(TrustOperation)));

    private static string NameOf(Instruction instruction) => ((MethodReference)instruction.Operand).Name["get_".Length..];

    private static string OwnerOf(TypeDefinition type) =>
        type.DeclaringType is { } outer ? OwnerOf(outer) : type.FullName["ContainerTrust.Engine.".Length..];
}
