using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>
/// The smallest policy that keeps everything signed running: <c>reject</c> by default, and for each repository with a signed image the
/// requirements that verified it. Nothing is accepted unseen, and no key becomes trusted that a policy did not name or the caller did not
/// offer.
/// </summary>
public sealed class SmallestPolicy
{
    private const string LocalTransport = "containers-storage";

    private SmallestPolicy(IReadOnlyList<ImageTrust> entries, IReadOnlyList<string> notes)
    {
        Entries = entries;
        Notes = notes;
    }

    /// <summary>The entries, the default first. They name no host.</summary>
    public IReadOnlyList<ImageTrust> Entries { get; }

    /// <summary>What someone has to decide or do before they are set, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    internal static SmallestPolicy Of(IReadOnlyList<JudgedImage> judged, IReadOnlyList<string> transports,
        IReadOnlyList<string>? unread = null, IReadOnlyList<string>? ownFiles = null)
    {
        List<string> notes = [];
        List<ImageTrust> entries = [Entry("all", "default", [new RejectRequirement()], null, null)];
        foreach (IGrouping<string, SignedForm> repository in judged.SelectMany(static j => j.Forms)
            .GroupBy(static f => f.Repository, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal))
            AddRepository(entries, [.. repository], [.. judged.Where(j => j.Forms.Any(f => f.Repository == repository.Key))]);

        string[] unsigned = [.. judged.Where(static j => j.IsSigned == false).Select(static j => j.Image.Name)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] unknown = [.. judged.Where(static j => j.IsSigned is null)
            .Select(static j => j.Image.Name is { Length: > 0 } name ? name : string.Join(", ", j.Image.Owners))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (unsigned.Length > 0)
            notes.Add($"Must be signed first, or is rejected: {Listed(unsigned)}.");
        if (unknown.Length > 0)
            notes.Add($"Could not be judged, and has no entry of its own: {Listed(unknown)}.");
        if (unread is { Count: > 0 })
            notes.Add("Could not be read, and may name images that have no entry: " +
                $"{Listed([.. unread.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])}.");
        if (ownFiles is { Count: > 0 })
            notes.Add($"These users have a policy or signature stores of their own, from which nothing was taken: " +
                $"{Listed([.. ownFiles.Order(StringComparer.Ordinal)])}. Offer the keys of their images to have entries for them.");
        if (transports.Count > 0)
            notes.Add("The policies in force accept these transports, which the default rejects then: " +
                $"{Listed([.. transports.Order(StringComparer.Ordinal)])}. Add an entry for each that must go on working.");
        if (!transports.Contains(LocalTransport))
            notes.Add($"The default rejects {LocalTransport} too. podman runs and builds from images that a host has without being " +
                "asked; 'podman save', 'podman push' and 'skopeo copy' of them are refused until the transport has an entry that " +
                "accepts it.");
        return new SmallestPolicy(entries, notes);
    }

    // One list of requirements is enough for most repositories. Where it is not, images that need another have a scope of their own.
    private static void AddRepository(List<ImageTrust> entries, IReadOnlyList<SignedForm> forms, List<JudgedImage> images)
    {
        List<SignedForm> kinds = [];
        foreach (SignedForm form in forms.Where(f => !kinds.Exists(k => IsSame(k, f))))
            kinds.Add(form);
        SignedForm common = kinds.OrderByDescending(k => images.Count(i => i.Forms.Any(f => IsSame(k, f))))
            .ThenBy(static k => k.IsOffered).First();
        entries.Add(Entry("docker", common.Repository, common.Requirements, common.Store, common.Attachments));
        HashSet<string> done = new(StringComparer.Ordinal);
        foreach (JudgedImage image in images.Where(i => !i.Forms.Any(f => IsSame(common, f))))
        {
            SignedForm own = image.Forms[0];
            if (done.Add(own.Image))
                entries.Add(Entry("docker", own.Image, own.Requirements, own.Store, own.Attachments));
        }
    }

    private static bool IsSame(SignedForm one, SignedForm other) => RequirementWriter.MeansSame(one.Requirements, other.Requirements);

    private static ImageTrust Entry(string transport, string scope, IReadOnlyList<TrustRequirement> requirements, string? store,
        bool? attachments) => new()
    {
        ComputerName = "",
        Transport = transport,
        Registry = scope,
        IsDefault = transport == "all",
        Requirements = requirements,
        SignatureStore = requirements.Any(static r => r is SignedByRequirement) ? store : null,
        UseSigstoreAttachments = requirements.Any(static r => r is SigstoreSignedRequirement) ? attachments : null,
    };

    private static string Listed(string[] names)
    {
        const int Most = 20;
        return string.Join(", ", names.Take(Most).Select(static n => Printable.Of(n, Printable.NameLength)))
            + (names.Length > Most ? $" and {names.Length - Most} more" : "");
    }
}
