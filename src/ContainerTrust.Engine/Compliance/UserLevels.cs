using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// registries.d as other users have it. From podman 6 on the files of all levels are read together, so a section that is defined once for
/// root can be defined twice for a user, and then podman fetches nothing for that user.
/// </summary>
internal static class UserLevels
{
    /// <summary>Looks at what users without files of their own have.</summary>
    public static void CheckOthers(Audit audit)
    {
        if (!IsOfInterest(audit))
            return;
        foreach (OtherUser user in OtherUsers.Of(audit.Host))
            Check(audit, null, user.Number, user.Words);
    }

    /// <summary>Looks at what a user has together with the user's own files.</summary>
    /// <param name="audit">The audit.</param>
    /// <param name="configuration">
    /// The user's directory: <c>.config/containers</c> below a home, or <c>containers</c> below what <c>XDG_CONFIG_HOME</c> names.
    /// </param>
    public static void CheckUser(Audit audit, string configuration)
    {
        const string End = "/.config/containers";
        if (!IsOfInterest(audit))
            return;
        if (!configuration.EndsWith(End, StringComparison.Ordinal))
        {
            CheckNamed(audit, configuration);
            return;
        }

        string home = configuration[..^End.Length];
        string registries = $"{configuration}/registries.d";
        uint? owner = home == "/root" ? null : Owner(audit.Host, registries);
        Check(audit, home, owner, $"the user of {Printable.Of(home, Printable.NameLength)}");
    }

    // Root has it from the environment, as sudo leaves it: what is root's own there was read already, what is a user's is that user's too.
    private static void CheckNamed(Audit audit, string configuration)
    {
        string named = configuration[..configuration.LastIndexOf('/')];
        if (Owner(audit.Host, $"{configuration}/registries.d") is { } owner)
            Check(audit, null, owner, $"the user of {Printable.Of(named, Printable.NameLength)}", named);
    }

    // A file that root put there says nothing of the user's number.
    private static uint? Owner(ITrustHost host, string registries)
    {
        foreach (string name in host.ListDirectory(registries).Where(static n => n.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            try
            {
                if (DropInFiles.TryRead(host, $"{registries}/{name}", LookasideLimits.FileBytes)?.Permissions?.UserId is { } owner and > 0)
                    return owner;
            }
            catch (TrustException e) when (e.Kind is not (TrustErrorKind.ConnectionFailed or TrustErrorKind.PermissionDenied))
            {
                // What podman makes of it is asked next.
                return null;
            }
        }

        return null;
    }

    // What is wrong for the current user is said already, and the same would be wrong for all.
    private static bool IsOfInterest(Audit audit) =>
        audit.Lookaside is not null && audit.Store.Locations.ReadsAllRegistries && HostUser.IsRoot(audit.Host);

    private static void Check(Audit audit, string? home, uint? number, string who, string? configuration = null)
    {
        audit.Cancellation.ThrowIfCancellationRequested();
        TrustLocations locations = audit.Store.Locations;
        try
        {
            _ = LookasideConfiguration.LoadAllLevels(new UserView(audit.Host, home, number, configuration), locations.RegistriesDirectory,
                locations.Release);
        }
        catch (TrustException e) when (e.Kind is not (TrustErrorKind.ConnectionFailed or TrustErrorKind.PermissionDenied))
        {
            const string Rule = ComplianceRules.LookasideConflict;
            string? path = (e as TrustFormatException)?.Path ?? e.Target;
            if (!audit.Findings.Any(f => f.RuleId == Rule && f.Message.StartsWith(e.Message, StringComparison.Ordinal)))
                audit.Add(Rule, $"{e.Message} podman fetches no image for {who} until that is fixed.", path);
        }
    }
}
