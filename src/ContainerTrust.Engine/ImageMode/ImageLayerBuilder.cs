using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>
/// Makes what an image of an operating system needs so that hosts take only signed updates of it: the files by the rules of what is set on
/// hosts, read again as skopeo, which fetches for bootc, reads them.
/// </summary>
public static class ImageLayerBuilder
{
    private const string Storage = "containers-storage";

    private static readonly TrustLocations s_locations =
        new(TrustLocations.SystemPolicyPath, TrustLocations.SystemRegistriesDirectory, PolicyExists: true, IsUserPolicy: false);

    private static readonly string[] s_userFiles = ["/root/.config/containers/policy.json", "/root/.config/containers/registries.d"];

    /// <summary>Makes it.</summary>
    /// <param name="options">What is wanted.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The files and the lines.</returns>
    /// <exception cref="TrustException">
    /// The image is not one in a registry, named in full (<c>InvalidReference</c>); a key is not one or cannot sign; the policy would
    /// accept the image unsigned or refuse it (<c>ImageNotVerified</c>); nobody says where OpenPGP signatures are
    /// (<c>SignatureStoreNeeded</c>); a key would not be part of the image (<c>KeyNotInImage</c>); or the entries cannot become one policy.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static ImageTrustLayer Build(ImageLayerOptions options, TrustMessages messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        ImageName image = ParseImage(options.Image);
        TrustStore store = Open(options, messages);
        List<TrustChange> changes = [];
        if (options.KeyPaths.Count > 0)
            changes.AddRange(LayerKeys.Request(options, image.Reference!.Name, messages).ToChanges(store));
        foreach (ImageTrust whole in options.Entries.Where(IsWholeTransport))
            changes.Add(new TrustChange { Transport = whole.Transport, Registry = "", Requirements = whole.Requirements });
        SetRequest others = LayerKeys.Entries(options, [.. options.Entries.Where(static e => !IsWholeTransport(e))]);
        if (others.Entries!.Count > 0)
            changes.AddRange(others.ToChanges(store));
        RequireOnePerScope(changes);
        PolicyDocument before = store.ReadPolicy();
        changes.AddRange(Defaults(options, before, changes));
        PreparedChanges prepared = store.Prepare(changes, cancellationToken: cancellationToken);
        foreach (string warning in prepared.Result.Warnings)
            messages.Warning(warning);
        TrustStore after = store.After(prepared);
        ImageTrust governing = RequireVerified(options, image, after);
        RequireKeysInImage(options, after.ReadPolicy(), messages);
        bool isEnforceable = WarnOfTheRest(after.ReadPolicy(), messages);
        WarnOfUserFiles(store.Host, messages);
        WarnOfBoundImages(store.Host, messages);
        PlannedFile[] files = [.. prepared.Plan.Files.OrderBy(static f => Rank(f.Path)).ThenBy(static f => f.Path, StringComparer.Ordinal)];
        if (files.Length == 0)
            messages.Warning("The base image has all of it already, so there is nothing to be put into the image.");
        return new ImageTrustLayer
        {
            Image = image.Expanded,
            Scope = governing.IsDefault ? "default" : governing.Registry,
            Files = files.Where(static f => f.Content is not null)
                .Select(static f => new ImageTrustLayerFile { Path = f.Path, Content = f.Content!.Value.ToArray() }).ToArray(),
            Containerfile = ContainerfileText.Write(image.Expanded, files, governing.IsDefault ? null : governing.Registry),
            Trust = after.Read(TrustQuery.All, cancellationToken).ToArray(),
            IsEnforceable = isEnforceable,
        };
    }

    // What an image without a policy is taken to have; whatever is added to it accepts less.
    private static ReadOnlySpan<byte> Nothing =>
        """
        {
            "default": [
                {
                    "type": "insecureAcceptAnything"
                }
            ]
        }

        """u8;

    // Whoever made such an entry was asked already if that is meant.
    private static bool IsWholeTransport(ImageTrust entry) => entry is { IsDefault: false, Registry: "", Requirements: { } requirements }
        && requirements is [AcceptRequirement or RejectRequirement];

    private static ImageName ParseImage(string text)
    {
        ImageName image = ImageName.Parse(text, static p => p);
        return image.Transport == "docker" && image.Assumption is null ? image : throw new TrustException(
            "InvalidReference",
            TrustErrorKind.InvalidArgument,
            $"'{Printable.Of(text, Printable.NameLength)}' is not an image in a registry, named in full. Specify it as hosts fetch it, "
                + "such as quay.io/example/os:latest.")
        {
            Target = text,
        };
    }

    // What is worked out by the rules of a host's own files is written nowhere here.
    private static TrustStore Open(ImageLayerOptions options, TrustMessages messages) => options.BaseRoot is { } root
        ? TrustStore.Open(new TrustStoreOptions { RootDirectory = root }, messages)
        : new TrustStore(new DocumentHost("the image", [new MachineConfigFile
        {
            Path = TrustLocations.SystemPolicyPath,
            Content = Nothing.ToArray(),
        }]), s_locations, messages);

    // Which of several was meant cannot be told, and the weaker one must not win by coming last.
    private static void RequireOnePerScope(List<TrustChange> changes)
    {
        foreach (IGrouping<string, TrustChange> scope in changes.GroupBy(static c => c.IsDefault ? "" : $"{c.Transport}\0{c.Registry}"))
        {
            if (scope.Skip(1).Any(c => !RequirementWriter.MeansSame(c.Requirements!, scope.First().Requirements!)))
                throw new TrustException(
                    "ScopeConflict",
                    TrustErrorKind.InvalidArgument,
                    $"There are several entries for {scope.First()} that demand different things, and an image has one policy. Choose " +
                    "one of them.")
                {
                    Target = scope.First().ToString(),
                };
        }
    }

    // bootc refuses to enforce signatures by a policy whose default accepts everything. The image is installed from container storage,
    // which keeps no signatures that could be verified; without that no disk can be made of it.
    private static IEnumerable<TrustChange> Defaults(ImageLayerOptions options, PolicyDocument before, List<TrustChange> changes)
    {
        IReadOnlyList<TrustRequirement> @default = changes.Find(static c => c.IsDefault)?.Requirements ?? before.Default;
        if (!changes.Exists(static c => c.IsDefault)
            && (options.Default ?? (IsAccept(before.Default) ? new RejectRequirement() : null)) is { } wanted)
        {
            @default = [wanted];
            yield return new TrustChange { Transport = "all", Registry = "default", IsDefault = true, Requirements = @default };
        }

        if (!IsAccept(@default) && before.FindTransport(Storage) is null && !changes.Exists(static c => c.Transport == Storage))
            yield return new TrustChange { Transport = Storage, Registry = "", Requirements = [new AcceptRequirement()] };
    }

    private static bool IsAccept(IReadOnlyList<TrustRequirement> requirements) => requirements.All(static r => r is AcceptRequirement);

    private static ImageTrust RequireVerified(ImageLayerOptions options, ImageName image, TrustStore after)
    {
        ImageTrust governing = after.Governing(image.FullName, includeKeys: false);
        bool asks = governing.Requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement);
        if (!asks || governing.Requirements.Any(static r => r is RejectRequirement))
            throw new TrustException(
                "ImageNotVerified",
                TrustErrorKind.InvalidArgument,
                $"The policy {(asks || governing.Type == TrustType.Reject ? "refuses" : "accepts unsigned")} images of " +
                $"{image.Reference!.Name}, so that it is of no use for updates. Specify {TrustOption.KeyPath}, or an entry for it that " +
                "asks for signatures.")
            {
                Target = image.Expanded,
            };
        if (governing.Requirements.Any(static r => r is SignedByRequirement) && governing.SignatureStore is { } store
            && store.StartsWith("file:", StringComparison.OrdinalIgnoreCase) && !options.Force
            && (!Uri.TryCreate(store, UriKind.Absolute, out Uri? url) || !ImageModeHost.IsInImage(url.AbsolutePath + "/")))
            throw new TrustException(
                "SignatureStoreNotInImage",
                TrustErrorKind.InvalidArgument,
                $"The signature store {Printable.Of(store, Printable.NameLength)} is a directory that no image brings, so hosts could " +
                $"not be updated. Specify one that hosts can reach with {TrustOption.SignatureStore}, or {TrustOption.Force}.")
            {
                Target = image.Expanded,
            };
        if (governing.Requirements.Any(static r => r is SignedByRequirement) && governing.SignatureStore is null && !options.Force)
            throw new TrustException(
                "SignatureStoreNeeded",
                TrustErrorKind.InvalidArgument,
                $"OpenPGP signatures are not in the registry, and it is not known where those of {image.Reference!.Name} are, so hosts " +
                $"could not be updated. Specify {TrustOption.SignatureStore}, {TrustOption.BaseRoot} where the base image has it, or " +
                $"{TrustOption.Force}.")
            {
                Target = image.Expanded,
            };
        return governing;
    }

    // What is in /var or in a home is the host's, and an update of the image brings none of it.
    private static void RequireKeysInImage(ImageLayerOptions options, PolicyDocument policy, TrustMessages messages)
    {
        foreach (string path in PolicyFiles.Of(policy).Where(static p => !ImageModeHost.IsInImage(p)))
        {
            string message = $"The policy names {Printable.Of(path, Printable.NameLength)}, which is not part of an image: hosts keep " +
                $"their own there. Put the file below /usr or /etc, such as in {KeyCopy.Directory}.";
            if (!options.Force)
                throw new TrustException("KeyNotInImage", TrustErrorKind.InvalidArgument, message) { Target = path };
            messages.Warning(message);
        }
    }

    // bootc pulls what an image binds while it updates, by the same policy, and gives the update up where one is refused.
    private static void WarnOfBoundImages(ITrustHost host, TrustMessages messages)
    {
        const string Bound = "/usr/lib/bootc/bound-images.d";
        string[] names = host.Exists(Bound) ? [.. host.ListDirectory(Bound)] : [];
        if (names.Length > 0)
            messages.Warning($"The base image binds other images ({Printable.Of(string.Join(", ", names), Printable.NameLength)} in " +
                $"{Bound}). bootc pulls them while it updates, and an update ends where the policy refuses one: look at what they name, " +
                "and pipe in an entry for each.");
    }

    private static bool WarnOfTheRest(PolicyDocument policy, TrustMessages messages)
    {
        if (policy.FindTransport(Storage) is { } storage && !(storage.Find("") is { } whole && IsAccept(whole)
            && storage.Scopes.All(static s => IsAccept(s.Requirements))))
            messages.Warning("The policy does not accept every image in containers-storage, from which an image is installed: 'bootc " +
                "install' may refuse to work.");
        bool isEnforceable = !IsAccept(policy.Default);
        if (!isEnforceable)
            messages.Warning("The policy's default accepts every image that no scope governs, so 'bootc switch " +
                "--enforce-container-sigpolicy' and the updates after it refuse to work.");
        if (isEnforceable && policy.FindTransport("docker")?.Find("") is { } all && IsAccept(all))
            messages.Warning("The policy accepts every image in registries that no scope governs. bootc does not notice that: it looks " +
                "at the policy's default alone.");
        return isEnforceable;
    }

    private static void WarnOfUserFiles(ITrustHost host, TrustMessages messages)
    {
        foreach (string path in s_userFiles.Where(host.Exists))
            messages.Warning($"The base image has {path}, which counts for root instead of the files below /etc/containers. The build " +
                "ends with an error until it is removed.");
    }

    // A policy must not be there before the keys that it names.
    private static int Rank(string path) => path.EndsWith("/policy.json", StringComparison.Ordinal) ? 2
        : path.EndsWith(".yaml", StringComparison.Ordinal) ? 1 : 0;
}
