using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>Whether a record may be followed: it does not belong to another user, and names the files that are meant.</summary>
internal static class RecordTrust
{
    private const uint OthersWrite = 0x12; // 0022

    /// <summary>Refuses a record that another user could have written.</summary>
    /// <param name="host">The host.</param>
    /// <param name="record">The record.</param>
    /// <param name="policy">The policy, whose owner can change it without a record.</param>
    /// <exception cref="TrustException">Another user owns it or may write it (<c>InvalidChangeRecord</c>).</exception>
    public static void Require(ITrustHost host, HostFile? record, string policy)
    {
        if (record?.Permissions is not { } permissions)
            return;
        if ((permissions.Mode & OthersWrite) != 0)
            throw UndoPlan.Invalid(record.Path, "other users than its owner may write it");
        if (permissions.UserId != 0 && permissions.UserId != User(host)
            && permissions.UserId != host.TryReadFile(policy, KeptContent.LargestFile)?.Permissions?.UserId)
            throw UndoPlan.Invalid(record.Path, $"it belongs to the user {permissions.UserId}");
    }

    /// <summary>The number of the user who makes a change on a host.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The number. Null if it is not known.</returns>
    public static uint? User(ITrustHost host) => host.Underlying is SshHost far ? far.UserId
        : OperatingSystem.IsLinux() ? Libc.UserId() : null;

    /// <summary>
    /// Refuses to take a change of the system's policy back where the last change, of which nothing was said, deleted the user's own one:
    /// the system's is found only for that reason.
    /// </summary>
    /// <param name="store">The trust.</param>
    /// <param name="last">The last change of the policy that was found.</param>
    /// <exception cref="TrustException">It did (<c>OtherFilesChanged</c>).</exception>
    public static void RequireNoLaterOfUser(TrustStore store, ChangeRecord? last)
    {
        TrustLocations locations = store.Locations;
        if (locations.IsNamed || locations.IsUserPolicy
            || new ContainersLookup(store.Host, locations.Release).UserDirectory is not { } directory)
            return;
        string policy = $"{directory}/policy.json";
        if (FindLast(store.Host, policy) is not { } own || (last is not null && last.Time >= own.Time)
            || !own.Files.Any(f => f.Path == policy && f is { Before: not null, After: null }))
            return;
        throw Other($"The last change deleted {policy}. Use {TrustOption.CurrentUser} to take that back, or specify the change of " +
            $"{locations.PolicyPath} that is meant", policy);
    }

    /// <summary>The error where a change is of another registries.d than the one that is meant.</summary>
    /// <param name="locations">Which files are meant.</param>
    /// <param name="record">The change.</param>
    /// <param name="file">The file.</param>
    /// <returns>The error to throw. Null where the file is not of the change's registries.d either.</returns>
    public static TrustException? OtherDirectory(TrustLocations locations, ChangeRecord record, RecordedFile file)
    {
        string directory = record.RegistriesDirectory.TrimEnd('/');
        int slash = file.Path.LastIndexOf('/');
        return slash <= 0 || file.Path[..slash] != directory || directory == locations.RegistriesDirectory.TrimEnd('/')
            || !file.Path.EndsWith(LookasideNames.Extension, StringComparison.Ordinal) ? null
            : Other($"The change was made in {Printable.Of(directory, Printable.NameLength)}, and {locations.RegistriesDirectory} is " +
                $"meant here. Specify {TrustOption.RegistriesDirectory}, or {TrustOption.CurrentUser} for a user's own", file.Path);
    }

    private static ChangeRecord? FindLast(ITrustHost host, string policy)
    {
        try
        {
            return ChangeLog.Read(host, ChangeLog.PathFor(policy)).NotUndone(policy).FirstOrDefault();
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            // What cannot be read says nothing.
            return null;
        }
    }

    private static TrustException Other(string what, string target) =>
        new("OtherFilesChanged", TrustErrorKind.InvalidArgument, $"{what}. Nothing was changed.") { Target = target };
}
