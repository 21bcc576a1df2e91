using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>The engine speaks no front end's language: what a user is to run or to specify is <see cref="Advice"/>, and a front end says
/// it.</summary>
public sealed partial class LanguageTests
{
    // Programs of others, which are called as they are whoever asks.
    private static readonly string[] s_foreign =
    [
        "gpg --", "podman login --authfile", ": --output=json", ": --selector=", ": --kubeconfig=", ": --context=",
            ": --ignore-not-found", ": --quiet", "CrioConfiguration: --config", "CrioConfiguration: --signature-policy",
        "'cosign sign --", "'skopeo copy --all", "MirrorCopy: ", "cosign names no tag unless its option --", " --type merge --patch ",
        ":root { color-scheme", ": --all-namespaces", "oc get imagepolicies --all-namespaces", "'oc apply --server-side'",
        "signer name the whole reference with --", "'bootc switch ", "--enforce-container-sigpolicy", ": --json", ": --infra-image",
    ];

    [Fact]
    public void No_text_of_the_engine_names_a_cmdlet_a_command_or_their_options()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(TrustException).Assembly.Location);
        string[] texts = [.. assembly.MainModule.GetTypes().SelectMany(static t => t.Methods).Where(static m => m.HasBody)
            .SelectMany(static m =>
            m.Body.Instructions.Where(static i => i.OpCode == OpCodes.Ldstr).Select(i => $"{m.DeclaringType.Name}: {i.Operand}"))];
        Assert.True(texts.Length > 1000, "the texts of the engine were found");
        string[] spoken = [.. texts.Where(static t => Spoken().IsMatch(t))];
        Assert.All(s_foreign, f => Assert.Contains(spoken, t => t.Contains(f, StringComparison.Ordinal)));
        string[] faults = [.. spoken.Where(static t => !s_foreign.Any(f => t.Contains(f, StringComparison.Ordinal)))];
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("X: run Set-ImageTrust first", true)]
    [InlineData("X: make one with New-MachineConfigTrust", true)]
    [InlineData("X: use -Force", true)]
    [InlineData("X: (-KeyPath)", true)]
    [InlineData("X: -Type ", true)]
    [InlineData("X: containertrust set", true)]
    [InlineData("X: give --root", true)]
    [InlineData("X: sha256-rsa, U+0020-Space, -1", false)]
    public void Such_a_text_is_noticed(string text, bool isSpoken) => Assert.Equal(isSpoken, Spoken().IsMatch(text));

    [GeneratedRegex(
        @"(^|[^A-Za-z])(Get|Set|New|Test|Remove|Reset|Export|ConvertTo)-[A-Z][a-z]|[ ('""]-[A-Z][A-Za-z]{2,}|[ ('""]--[a-z]|containertrust (show|set|remove|reset|verify|release|test|machineconfig|imagepolicy)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex Spoken();
}
