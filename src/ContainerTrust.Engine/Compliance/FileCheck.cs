using System.Globalization;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Compliance;

/// <summary>Who may write the files that decide. Access control lists and the directories above are not looked at.</summary>
internal sealed class FileCheck : IComplianceCheck
{
    private const uint WritableByOthers = 0x12;
    private const uint ReadableByAll = 0x124;

    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.FileWritableByOthers, ComplianceRules.FileOwnedByOther];

    public void Run(Audit audit)
    {
        IEnumerable<KeyMaterialFiles.Loaded> keys = PolicyFiles.Of(audit.Entries.SelectMany(static e => e.Requirements)).Select(audit.Load);
        FilePermissions? policy = audit.PolicyFile?.Permissions;
        IEnumerable<HostFile> files = [.. audit.PolicyFile is { } p ? [p] : Array.Empty<HostFile>(), .. audit.Lookaside?.Files ?? [],
            .. keys.Select(static f => f.File).OfType<HostFile>()];
        List<string> unknown = [];

        // The system's policy, CRI-O's, and what they name, are root's; what a user's own policy names is root's or that user's.
        uint owner = audit.IsOfSystem || audit.Store.Locations.PolicyPath is TrustLocations.SystemPolicyPath
            or TrustLocations.VendorPolicyPath ? 0 : policy?.UserId ?? 0;
        foreach (HostFile file in files)
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            if (file.Permissions is not { } permissions)
            {
                unknown.Add(file.Path);
                continue;
            }

            string name = Printable.Of(file.Path, Printable.NameLength);
            if ((permissions.Mode & WritableByOthers) != 0)
            {
                string who = (permissions.Mode & 0x2) != 0 ? "everybody"
                    : string.Create(CultureInfo.InvariantCulture, $"the group {permissions.GroupId}");
                audit.Add(
                    ComplianceRules.FileWritableByOthers,
                    $"{name} may be written by {who} (mode {Octal(permissions.Mode)}), who can thereby decide what is trusted.",
                    file.Path);
                audit.Propose(ComplianceRules.FileWritableByOthers, [audit.Fix.RemoveWritePermission(file.Path)], null, null);
            }

            if (permissions.UserId != 0 && permissions.UserId != owner)
            {
                audit.Add(
                    ComplianceRules.FileOwnedByOther,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name} belongs to the user {permissions.UserId}, who can thereby decide what is trusted."),
                    file.Path);

                // With another owner, a file that not everyone reads is read by others than before.
                bool isReadByAll = (permissions.Mode & ReadableByAll) == ReadableByAll;
                string give = string.Create(
                    CultureInfo.InvariantCulture, $"Decide who is to read it, and give it to the user {owner} with that mode.");
                audit.Propose(ComplianceRules.FileOwnedByOther, [isReadByAll ? audit.Fix.GiveTo(file.Path, owner) : null], null, give);
            }
        }

        if (unknown.Count > 0)
            throw new TrustException("PermissionsUnknown", TrustErrorKind.NotSupported,
                "the host does not say who may write " +
                $"{Printable.Of(unknown[0], Printable.NameLength)}{(unknown.Count > 1 ? $" and {unknown.Count - 1} other files" : "")}.");
    }

    private static string Octal(uint mode) => Convert.ToString(mode & 0xFFF, 8).PadLeft(4, '0');
}
