using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust;

/// <summary>A file that is to be written or deleted.</summary>
/// <param name="Path">The file, as the host names it.</param>
/// <param name="Expected">The file as it was read; null if it is new.</param>
/// <param name="Content">The new content; null to delete the file.</param>
internal sealed record PlannedFile(string Path, HostFile? Expected, ReadOnlyMemory<byte>? Content)
{
    /// <summary>Whether it is a key file, which is written before the policy that names it.</summary>
    public bool IsKey { get; init; }

    public TrustFileChange ToChange() =>
        new(Path, Content is null ? TrustFileAction.Deleted : Expected is null ? TrustFileAction.Created : TrustFileAction.Changed);

    /// <summary>Refuses what a change would refuse, so that no preview promises it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="files">What would be done.</param>
    /// <exception cref="TrustException">See <see cref="ITrustHost.RequireSafe"/>.</exception>
    public static void RequireSafe(ITrustHost host, IReadOnlyList<PlannedFile> files)
    {
        foreach (PlannedFile file in files)
            host.RequireSafe(file.Path, isDeletion: file.Content is null);
    }
}

/// <summary>All that is to be done, and what the user should know of it.</summary>
/// <param name="Files">The files: keys that the policy is going to name, policy.json, registries.d.</param>
/// <param name="NotFound">The scopes that were to be removed and are not there.</param>
/// <param name="Warnings">Sentences.</param>
internal sealed record TrustPlan(IReadOnlyList<PlannedFile> Files, IReadOnlyList<TrustChange> NotFound, IReadOnlyList<string> Warnings)
{
    /// <summary>The changes whose scopes get the switch for sigstore attachments by themselves.</summary>
    public IReadOnlyList<TrustChange> AttachmentsSwitchedOn { get; init; } = [];

    /// <summary>What is worth knowing, for who asks for details.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Sentences about links that are replaced. Where the plan is followed, the host says so itself.</summary>
    public IReadOnlyList<string> LinksReplaced { get; init; } = [];

    /// <summary>What following the plan would do.</summary>
    public TrustEditResult ToResult() => new([.. Files.Select(static f => f.ToChange())], NotFound)
    {
        Warnings = [.. Warnings, .. LinksReplaced],
        AttachmentsSwitchedOn = AttachmentsSwitchedOn,
        Planned = Files,
    };
}
