using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>Why a verdict on the image that is booted next cannot be relied on: with one of these, it is not said to be verified.</summary>
internal static class BootDoubts
{
    private const int MaxBytes = 1 << 20;

    // rpm-ostreed of Fedora CoreOS judges by this file, and by no other.
    private const string CoreOSPolicy = "/usr/lib/coreos/coreos-containers-policy.json";

    private static readonly string[] s_rootsFiles =
    [
        "/root/.config/containers/policy.json", "/root/.config/containers/registries.d",
        "/var/roothome/.config/containers/policy.json", "/var/roothome/.config/containers/registries.d",
    ];

    private static readonly string[] s_prepareRoot = ["/etc/ostree/prepare-root.conf", "/usr/lib/ostree/prepare-root.conf"];

    /// <summary>Finds them.</summary>
    /// <param name="store">The host's files, as they were judged by.</param>
    /// <param name="status">What the host says of itself.</param>
    /// <param name="next">The system that is booted next.</param>
    /// <param name="source">Where it comes from.</param>
    /// <returns>Sentences; none if nothing is in doubt.</returns>
    public static IReadOnlyList<string> Of(TrustStore store, BootStatus status, BootEntry next, BootImageSource source)
    {
        List<string> doubts = [];
        if (source == BootImageSource.Rollback)
            doubts.Add("The system before is booted next. It has a policy of its own, which is not looked at here.");
        if (status.Booted?.IsComposefs == true || next.IsComposefs)
            doubts.Add("The host uses composefs without ostree. bootc enforces no signatures there by the origin, some releases mix up " +
                "which system is booted next, and the files of the others are not looked into.");
        if (next.IsHeld)
            doubts.Add("The staged system was fetched and is held back: the booted one is booted again until it is applied.");
        if (next.Origin?.Verification == BootOriginVerification.OstreeRemote)
            doubts.Add("The signature of the ostree remote on the commit decides, too, and is not looked at here.");
        if (source == BootImageSource.Staged && next.Deployment is { } staged && status.Booted?.Deployment is { } booted
            && staged.StateRoot != booted.StateRoot)
            doubts.Add("The staged system is of another state root, which has an /etc of its own.");
        OfFiles(store, status, next, source, doubts);
        return doubts;
    }

    private static void OfFiles(TrustStore store, BootStatus status, BootEntry next, BootImageSource source, List<string> doubts)
    {
        ITrustHost host = store.Host;
        try
        {
            if (s_rootsFiles.FirstOrDefault(p => host.Exists(p)) is { } own && store.Locations.PolicyPath != own)
                doubts.Add($"{own} exists. It counts for root, who updates the host, instead of the file that was judged by.");
            if (host.HomeDirectory is { } home && home is not ("/root" or "/var/roothome"))
                doubts.Add("Updates are root's, and this was judged as another user. Run it as root.");
            if (status.Program == "rpm-ostree" && host.Exists(CoreOSPolicy))
                doubts.Add($"{CoreOSPolicy} exists: rpm-ostree judges by it alone, and it was not judged by here.");
            if (source != BootImageSource.Staged)
                return;
            string[] places =
                [.. s_prepareRoot, .. next.Deployment is { } deployment ? s_prepareRoot.Select(p => deployment.Path + p) : []];
            if (places.Any(p => IsTransient(host, p)))
                doubts.Add("/etc is transient: what was changed in it on this host is gone when the staged system is booted.");
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            doubts.Add($"It is not known what else decides: {e.Message}");
        }
    }

    // ostree-prepare-root(1): [etc] transient and [root] transient.
    private static bool IsTransient(ITrustHost host, string path)
    {
        if (host.TryReadFile(path, MaxBytes) is not { } file)
            return false;
        foreach (string line in Encoding.UTF8.GetString(file.Content.Span).Split('\n'))
        {
            string[] parts = line.Split('=', 2);
            if (parts.Length == 2 && parts[0].Trim().StartsWith("transient", StringComparison.Ordinal)
                && parts[1].Trim() is not ("false" or "no" or "0"))
                return true;
        }

        return false;
    }
}
