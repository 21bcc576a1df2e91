using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// What a client program's complaint means. No client has a form of its errors that is made for programs, so their words are looked at.
/// </summary>
internal static partial class ClientErrors
{
    /// <summary>The error that a client program reports.</summary>
    /// <param name="clientName">The program's name.</param>
    /// <param name="untrustedError">Its standard error.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="target">The cluster, as far as it was named.</param>
    /// <returns>An error to throw.</returns>
    public static TrustException Of(string clientName, string untrustedError, int exitCode, string? target)
    {
        string words = Shown(untrustedError);
        TrustException New(string id, TrustErrorKind kind, string message) => new(id, kind, message) { Target = target };
        bool Says(string text) => untrustedError.Contains(text, StringComparison.OrdinalIgnoreCase);
        string quoted = words.Length > 0 ? $" {clientName} says: {words}" : "";

        if (Says("context was not found for specified context") || MissingContext().IsMatch(untrustedError))
            return New(
                "ContextNotFound",
                TrustErrorKind.NotFound,
                $"The kubeconfig has no context '{target}'. '{clientName} config get-contexts' shows those it has.");
        if (Says("the server doesn't have a resource type \"machineconfig") || NoMatches().IsMatch(untrustedError))
            return New("NotAnOpenShiftCluster", TrustErrorKind.NotSupported,
                "The cluster knows no MachineConfigs, so it is not an OpenShift or OKD cluster. Choose another one with " +
                $"{TrustOption.Context} or {TrustOption.Kubeconfig}.");
        if (Says("the server doesn't have a resource type"))
            return New("ClusterResourceUnknown", TrustErrorKind.NotSupported, $"The cluster does not know such a resource.{quoted}");
        if (Says("(Forbidden)"))
            return New("ClusterForbidden", TrustErrorKind.PermissionDenied,
                "The cluster does not permit it to this user. Ask for a role that may read machineconfigs and machineconfigpools " +
                $"(cluster-reader has it).{quoted}");
        if (Says("(Unauthorized)") || Says("must be logged in to the server") || IsPrompt().IsMatch(untrustedError))
            return New("ClusterUnauthorized", TrustErrorKind.PermissionDenied,
                "The cluster does not know this user, or the login has ended. Log in again (oc login), or choose another context with " +
                $"{TrustOption.Context}.{quoted}");
        if (Says("x509:") || Says("tls: failed to verify certificate"))
            return New("ClusterCertificateRefused", TrustErrorKind.PermissionDenied,
                "The certificate of the cluster's API server is not one that the kubeconfig trusts. Have a current kubeconfig, or put " +
                $"the cluster's CA certificate into it.{quoted}");
        if (Says("getting credentials:"))
            return New(
                "ClusterUnauthorized",
                TrustErrorKind.PermissionDenied,
                $"The program that the kubeconfig names for logging in does not work. Log in by hand to see why.{quoted}");
        if (Says("Missing or incomplete configuration info") || Says("no configuration has been provided")
            || DefaultServer().IsMatch(untrustedError))
            return New(
                "ClusterNotConfigured",
                TrustErrorKind.NotFound,
                $"{clientName} has no cluster to talk to. Log in (oc login), or name a kubeconfig file with {TrustOption.Kubeconfig}.");
        if (Says("Unable to connect to the server") || Says("was refused - did you specify the right host or port")
            || Says("connection refused") || Says("no route to host") || Says("i/o timeout") || Says("context deadline exceeded")
            || Says("net/http: request canceled") || Says("no such host"))
            return New("ClusterUnreachable", TrustErrorKind.ReadError, $"The cluster's API server cannot be reached.{quoted}");

        // What a server says whose parts are being restarted.
        if (Says("(ServiceUnavailable)") || Says("(Timeout)") || Says("(InternalError)") || Says("(TooManyRequests)") || Says("etcdserver:")
            || Says("http2: ") || Says("connection reset by peer") || Says("unexpected EOF")
            || Says("unable to return a response in the time allotted") || Says("the server is currently unable to handle the request"))
            return New(
                "ClusterUnreachable",
                TrustErrorKind.ReadError,
                $"The cluster's API server does not answer for the time being.{quoted}");
        if (Says("(NotFound)"))
            return New("ClusterObjectNotFound", TrustErrorKind.NotFound, $"The cluster does not have what was asked for.{quoted}");
        if (Says("error loading config file") || Says("couldn't get version/kind") || Says("invalid configuration"))
            return New("KubeconfigInvalid", TrustErrorKind.InvalidData, $"The kubeconfig cannot be used.{quoted}");
        return New("ClusterClientFailed", TrustErrorKind.ReadError, $"{clientName} ended with exit code {exitCode}.{quoted}");
    }

    /// <summary>The last sentence of a complaint, as one line without secrets.</summary>
    /// <param name="untrustedError">Standard error.</param>
    /// <returns>The words; empty if there are none.</returns>
    public static string Shown(string untrustedError)
    {
        string[] lines = untrustedError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? line = lines.LastOrDefault(static l => Complaint().IsMatch(l)) ?? lines.LastOrDefault();
        return line is null ? "" : Printable.Of(Secrets().Replace(line, "…"), Printable.SentenceLength);
    }

    [GeneratedRegex(@"context ""[^""]*"" does not exist|no context exists with the name", RegexOptions.CultureInvariant)]
    private static partial Regex MissingContext();

    [GeneratedRegex(@"no matches for kind ""MachineConfig|the server could not find the requested resource", RegexOptions.CultureInvariant)]
    private static partial Regex NoMatches();

    // kubectl asks for a user name where the kubeconfig has no credentials, and finds nobody there.
    [GeneratedRegex(@"^error: EOF\s*\z", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex IsPrompt();

    // Where no kubeconfig has a cluster, kubectl tries its old default.
    [GeneratedRegex(@"connection to the server localhost:8080 was refused", RegexOptions.CultureInvariant)]
    private static partial Regex DefaultServer();

    [GeneratedRegex(@"^(error\b|Unable to connect|The connection to the server|You must be logged in)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Complaint();

    // OpenShift's tokens, JSON web tokens, bearer headers, and user names and passwords in URLs.
    [GeneratedRegex(
        @"sha256~[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,2}|(?<=Bearer )\S+|(?<=://)[^/\s@""']+@" +
        @"|(?<=[?&](token|access_token|password)=)[^&\s""']+",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Secrets();
}
