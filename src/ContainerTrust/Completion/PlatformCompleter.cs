using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes the platforms that multi-arch images are commonly built for; others are possible.</summary>
public sealed class PlatformCompleter : IArgumentCompleter
{
    private static readonly Candidate[] Platforms =
    [
        new("linux/amd64", "x86_64"),
        new("linux/arm64", "aarch64"),
        new("linux/arm/v7", "armv7hl"),
        new("linux/ppc64le", "ppc64le"),
        new("linux/s390x", "s390x"),
        new("linux/riscv64", "riscv64"),
        new("linux/386", "i686"),
        new("windows/amd64", "Windows on x86_64"),
    ];

    // Those that take lists, too.
    private static readonly string[] s_withLists = ["Test-ImageSignature", "Assert-ImageSignature", "Save-ImageSignature"];

    private static readonly Candidate[] s_choices =
    [
        .. Platforms,
        new("all", "Every instance, and the list, as skopeo copy --all takes them"),
        new("list", "The list alone, which podman pull does not ask about"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        (s_withLists.Contains(commandName, StringComparer.OrdinalIgnoreCase) ? s_choices : Platforms).Matching(wordToComplete);
}
