using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Trust;

/// <summary>What no plan may do, looked at before anything is written.</summary>
internal static class PlanCheck
{
    /// <summary>
    /// Refuses a plan that writes or deletes a file of the distribution, also where a link to a directory leads there. (A link to a file
    /// is replaced or deleted itself.)
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="files">The planned files.</param>
    /// <exception cref="TrustException">One is the distribution's (<c>VendorFile</c>).</exception>
    public static void RequireNoVendorFile(ITrustHost host, IReadOnlyList<PlannedFile> files)
    {
        foreach (PlannedFile planned in files)
        {
            string directory = planned.Path[..Math.Max(planned.Path.LastIndexOf('/'), 1)];

            // Of a host over SSH these are known already; a user's own are not worth another question.
            if (host.Underlying is SshHost && directory is not (ContainersLookup.SystemDirectory
                or ContainersLookup.SystemDirectory + "/registries.d" or ContainersLookup.RootfulRegistriesDirectory))
                continue;
            if (VendorPlaces.Have(host.ResolvePath(directory).TrimEnd('/') + "/") && !VendorPlaces.Have(planned.Path))
                throw VendorPlaces.Error(planned.Path, planned.Path);
        }

        if (files.FirstOrDefault(static f =>
            f.Path.StartsWith(ContainersLookup.VendorDirectory + "/", StringComparison.Ordinal)) is { } file)
            throw VendorPlaces.Error(file.Path, file.Path);
    }

    /// <summary>
    /// The links to files of the distribution that a plan makes files of their own; see <see cref="IHostChange.Replace"/>.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="files">The planned files.</param>
    /// <returns>A sentence for each. Of a host over SSH only what is known already is looked at.</returns>
    /// <exception cref="TrustException">A path cannot be looked at.</exception>
    public static IEnumerable<string> LinksReplaced(ITrustHost host, IReadOnlyList<PlannedFile> files) =>
        files.Where(f => f.Content is not null && !VendorPlaces.Have(f.Path)
            && (host.Underlying is not SshHost far || far.AnswersTarget(f.Path)) && VendorPlaces.Have(host.ResolvePath(f.Path)))
            .Select(static f => VendorPlaces.LinkToReplace(Printable.Of(f.Path, Printable.NameLength)));

    /// <summary>
    /// Refuses a plan by which podman 6 would read two definitions of a section for users other than root: it reads more directories for
    /// them. What is refused already cannot be made worse.
    /// </summary>
    /// <param name="host">The host, as root finds it.</param>
    /// <param name="planned">The host after the change.</param>
    /// <param name="directory">The directory that is written.</param>
    /// <exception cref="TrustException">Users would be left without images (<c>ChangeWouldBeRefused</c>).</exception>
    public static void RequireReadableForOthers(ITrustHost host, ITrustHost planned, string directory)
    {
        if (!HostUser.IsRoot(host))
            return;
        foreach (OtherUser user in Users(host))
        {
            if (Refusal(planned, user, directory) is TrustFormatException refusal && Refusal(host, user, directory) is null)
                throw Refused(refusal, $" for {user.Words}");
        }
    }

    /// <summary>
    /// Refuses new signature stores that are a path: podman and skopeo read no signature from them, and skopeo 1.9.3 crashes. One that is
    /// there already stays:
    /// the change is about something else.
    /// </summary>
    /// <param name="changes">The changes.</param>
    /// <param name="now">What is configured.</param>
    /// <exception cref="TrustException">One has such a store (<c>LookasideInvalidStore</c>).</exception>
    public static void RequireNoBarePath(IReadOnlyList<TrustChange> changes, LookasideConfiguration now)
    {
        foreach (TrustChange change in changes.Where(static c => c.Section is not null))
        {
            LookasideSection? old = (change.IsDefault ? now.Default : now.Sections.GetValueOrDefault(change.Registry))?.Section;
            RequireNoBarePath(change.Section!.SignatureStore, old?.SignatureStore);
            RequireNoBarePath(change.Section.SignatureStoreStaging, old?.SignatureStoreStaging);
        }
    }

    /// <summary>Refuses a change that was made from requirements which are no longer those of the scope.</summary>
    /// <param name="change">The change.</param>
    /// <param name="editor">The policy, with the changes before this one.</param>
    /// <exception cref="TrustException">Another program has changed the scope meanwhile (<c>RequirementsChanged</c>).</exception>
    public static void RequireMadeFrom(TrustChange change, PolicyEditor editor)
    {
        if (change.MadeFrom is not { } read)
            return;
        IReadOnlyList<TrustRequirement>? now = change.IsDefault ? editor.Before.Default : editor.Find(change.Transport, change.Registry);
        if (now is not null && (RequirementWriter.MeansSame(now, read) || RequirementWriter.MeansSame(now, change.Requirements!)))
            return;
        throw new TrustException(
            "RequirementsChanged",
            TrustErrorKind.ResourceBusy,
            $"The requirements of {change} were changed by another program meanwhile. They were not changed; run the command again.")
        {
            Target = change.ToString(),
        };
    }

    /// <summary>The error for a plan whose result podman would refuse.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="users">For whom, with a blank before it; empty for all.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Refused(TrustFormatException reason, string users = "") =>
        new(
            "ChangeWouldBeRefused",
            TrustErrorKind.InvalidData,
            $"Nothing was changed: podman and skopeo would fetch no image{users} afterwards. {reason.Message}",
            reason)
        {
            Target = reason.Path,
        };

    /// <summary>The error for a plan whose policy the host's release does not know.</summary>
    /// <param name="reason">Why, in sentences.</param>
    /// <param name="path">The policy.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException RefusedByRelease(string reason, string path) =>
        new(
            "ChangeWouldBeRefused",
            TrustErrorKind.InvalidData,
            $"Nothing was changed: {reason} Use {TrustOption.Force} to write it all the same.")
        {
            Target = path,
        };

    /// <summary>The error for changes that weaken what is checked, and must not.</summary>
    /// <param name="weaker">What they weaken, in sentences.</param>
    /// <param name="path">The policy.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Weaker(string weaker, string path) => new(
        "WeakerTrust",
        TrustErrorKind.InvalidData,
        $"Nothing was changed. {weaker} Allow weaker checks if that is meant.")
    {
        Target = path,
    };

    private static void RequireNoBarePath(string? store, string? old)
    {
        if (store is null || store == old || !StoreUrl.IsBarePath(store))
            return;
        throw new TrustException(
            "LookasideInvalidStore",
            TrustErrorKind.InvalidArgument,
            $"The signature store {store} is a path and not a URL: podman and skopeo read no signature from it. "
                + $"Write {StoreUrl.OfPath(store)}.")
        {
            Target = store,
        };
    }

    // What cannot be read is refused already.
    private static OtherUser[] Users(ITrustHost host)
    {
        try
        {
            return [.. OtherUsers.Of(host)];
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return [];
        }
    }

    private static TrustException? Refusal(ITrustHost host, OtherUser user, string directory)
    {
        try
        {
            _ = LookasideConfiguration.LoadAllLevels(new UserView(host, null, user.Number), directory, ContainersRelease.Six);
            return null;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return e;
        }
    }
}
