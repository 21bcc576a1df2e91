using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// Hosts whose operating system is an image (bootc, rpm-ostree), and such images below a root: whether signatures can be enforced by the
/// policy, whether the image can be installed by it, and what an update of the image changes.
/// </summary>
internal sealed class ImageModeCheck : IComplianceCheck
{
    private const string Original = "/usr" + TrustLocations.SystemPolicyPath;

    /// <summary>The files that are looked at, to be asked for at once.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. ImageModeHost.Marks, Original];

    public IReadOnlyList<string> Rules { get; } =
    [
        ComplianceRules.BootcDefaultAccepts, ComplianceRules.BootcTransportRejected, ComplianceRules.BootcKeyNotInImage,
        ComplianceRules.EtcDiffersFromUsrEtc,
    ];

    /// <summary>
    /// Rejects what no scope governs, and accepts what the image is installed from, which nobody has signed. Null where that is said
    /// already.
    /// </summary>
    public static Advice? RejectTheRest(Audit audit) =>
        !IsRootsPolicy(audit) || !ImageModeHost.Is(audit.Host)
            || audit.Policy!.FindTransport(ImageModeHost.InstallTransport)?.Find("") is not null ? null
            : audit.Fix.SetType(Storage, "accept").Then(audit.Fix.SetDefault("reject"));

    public void Run(Audit audit)
    {
        // bootc runs as root, and obeys neither a user's own policy nor CRI-O's.
        if (!IsRootsPolicy(audit) || !ImageModeHost.Is(audit.Host))
            return;
        LookAtDefault(audit);
        LookAtTransport(audit);
        LookAtKeys(audit);
        LookAtOriginal(audit);
    }

    private static PolicyEntry Storage { get; } = new(ImageModeHost.InstallTransport, "", false, []);

    private static bool IsRootsPolicy(Audit audit) =>
        audit.Store.Locations.PolicyPath is TrustLocations.SystemPolicyPath or TrustLocations.VendorPolicyPath;

    private static void LookAtDefault(Audit audit)
    {
        PolicyEntry @default = audit.Entries[0];
        if (@default.Requirements is not [AcceptRequirement])
            return;
        audit.Add(
            ComplianceRules.BootcDefaultAccepts,
            "The host is in image mode, and the policy's default accepts any image that no scope governs: bootc refuses to enforce " +
                "signatures by it, and an origin that does not enforce them is updated from any image.",
            audit.Store.Locations.PolicyPath,
            @default.Name);
        audit.Propose(
            ComplianceRules.BootcDefaultAccepts,
            [RejectTheRest(audit), audit.Fix.SetDefault("reject")],
            @default,
            Decide,
            beside: Decide);
    }

    private const string Decide = "Give what the host is to accept scopes of its own, its own image's above all, and reject the rest.";

    // An update from a registry needs nothing of it, so on a host that runs it is a note.
    private static void LookAtTransport(Audit audit)
    {
        PolicyTransport? transport = audit.Policy!.FindTransport(ImageModeHost.InstallTransport);
        bool isPartly = transport is not null && transport.Scopes.Any(static s => s.Name.Length > 0);
        if (isPartly || !(transport?.Find("") ?? audit.Policy.Default).Any(static r => r is RejectRequirement))
            return;
        string? command = AdviceLanguage.Current.Command(audit.Fix.SetType(Storage, "accept"));
        bool isBooted = audit.Host.Exists(ImageModeHost.BootedMark);
        audit.Add(
            ComplianceRules.BootcTransportRejected,
            $"The policy rejects images of transport {ImageModeHost.InstallTransport}, from which bootc installs the image, and updates " +
                $"it where it shares its storage with podman{(isBooted ? "; updates from a registry alone do not need it" : "")}." +
                (command is null ? "" : $" To accept what root has there, run: {command}."),
            audit.Store.Locations.PolicyPath,
            $"{ImageModeHost.InstallTransport}:",
            isBooted ? ImageTrustSeverity.Information : null);
    }

    private static void LookAtKeys(Audit audit)
    {
        bool isBooted = audit.Host.Exists(ImageModeHost.BootedMark);
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (PolicyEntry entry in audit.Entries)
        {
            foreach (string path in PolicyFiles.Of(entry.Requirements))
            {
                audit.Cancellation.ThrowIfCancellationRequested();
                if (ImageModeHost.IsInImage(audit.Host.ResolvePath(path)) || !seen.Add(path))
                    continue;

                // What lies there on a host that runs stays there; other hosts of the image do not have it.
                bool isHere = isBooted && audit.Host.Exists(path);
                audit.Add(
                    ComplianceRules.BootcKeyNotInImage,
                    $"The policy names {Printable.Of(path, Printable.NameLength)}, which is not part of the operating system's image" +
                        $"{(isHere ? ", and is on this host alone" : "")}: what is outside /usr and /etc is the host's own. Put the " +
                        $"file into the image, in {KeyCopy.Directory}, and name it there.",
                    path,
                    entry.Name,
                    isHere ? ImageTrustSeverity.Information : null);
            }
        }
    }

    // Where both are the same, or one is missing, an update of the image changes the policy.
    private static void LookAtOriginal(Audit audit)
    {
        HostFile? original = audit.Host.TryReadFile(Original, PolicyReader.MaxBytes);
        if (original is null || audit.PolicyFile is not { } file || audit.Store.Locations.PolicyPath != TrustLocations.SystemPolicyPath
            || original.Content.Span.SequenceEqual(file.Content.Span))
            return;
        audit.Add(
            ComplianceRules.EtcDiffersFromUsrEtc,
            $"{TrustLocations.SystemPolicyPath} is not as the image brought it ({Original}), so it stays as it is here: no update of the " +
                "image changes it any more, also not for a new key. Bring what is to hold for all hosts into the image, and copy " +
                $"{Original} over it.",
            TrustLocations.SystemPolicyPath);
    }
}
