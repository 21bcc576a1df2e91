using System.Net;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// Finds the credential for a repository: the one that was given; else from the helpers of registries.conf and the auth files in their
/// order (containers-auth.json(5)). Files are read once in a run, a helper is asked once for a registry.
/// </summary>
internal sealed class RegistryCredentials
{
    private const string DockerHubServer = "https://index.docker.io/v1/";

    private readonly ITrustHost _host;
    private readonly WebOptions _options;
    private readonly Action<string> _verbose;
    private readonly Lazy<IReadOnlyList<AuthFile>> _files;
    private readonly AsyncCache<(string Helper, string Server), RegistryCredential?> _answers = new();
    private readonly AsyncCache<string, RegistryCredential?> _found = new();

    public RegistryCredentials(ITrustHost host, WebOptions options, Action<string> verbose)
    {
        _host = host;
        _options = options;
        _verbose = verbose;
        _files = new Lazy<IReadOnlyList<AuthFile>>(() => AuthFiles.Read(host, options.AuthFile, verbose));
    }

    /// <summary>Finds the credential for a place that an image is fetched from.</summary>
    /// <param name="source">The place.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The credential; null if there is none.</returns>
    /// <exception cref="TrustException">A file or a helper failed, and nothing else had a credential.</exception>
    public async Task<RegistryCredential?> FindAsync(PullSource source, CancellationToken cancellationToken)
    {
        DockerReference reference = source.Reference;
        if (Given(source) is { } given)
            return given;
        return await _found.GetAsync(reference.Name, async token => (await LookUpAsync(reference, token).ConfigureAwait(false), null),
            cancellationToken).ConfigureAwait(false);
    }

    // A credential that was given is for what was asked for. A mirror is something that a configuration file put in its place.
    private RegistryCredential? Given(PullSource source)
    {
        if (_options.Credential is not { } credential || source.IsElsewhere)
            return null;
        return credential.Domain.Length == 0 || credential.Domain.Equals(source.Reference.Domain, StringComparison.OrdinalIgnoreCase)
            ? RegistryCredential.Of(credential) : null;
    }

    private async Task<RegistryCredential?> LookUpAsync(DockerReference reference, CancellationToken cancellationToken)
    {
        TrustException? failure = null;
        foreach (string helper in _options.CredentialHelpers)
        {
            try
            {
                RegistryCredential? credential = helper == WebOptions.AuthFilesHelper
                    ? await LookInFilesAsync(reference, cancellationToken).ConfigureAwait(false)
                    : await AskAsync(helper, reference.Domain, cancellationToken).ConfigureAwait(false);
                if (credential is not null)
                {
                    _verbose($"Found credentials for {reference.Name} in {credential.Origin}.");
                    return credential;
                }
            }
            catch (TrustException e)
            {
                _verbose(e.Message);
                failure ??= e;
            }
        }

        if (failure is not null)
            throw new TrustException(failure.ErrorId, failure.Kind, failure.Message, failure) { Target = failure.Target };
        return null;
    }

    private async Task<RegistryCredential?> LookInFilesAsync(DockerReference reference, CancellationToken cancellationToken)
    {
        foreach (AuthFile file in _files.Value)
        {
            RegistryCredential? credential = file.HelperFor(reference.Domain) is { } helper
                ? await AskAsync(helper, reference.Domain, cancellationToken).ConfigureAwait(false)
                : file.Find(reference.Name, reference.Domain, _verbose) ?? await AskDefaultAsync(file, reference.Domain, cancellationToken)
                    .ConfigureAwait(false);
            if (credential is not null)
                return credential;
        }

        return null;
    }

    // podman and skopeo do not know credsStore: what they can read without it must not fail because of it.
    private async Task<RegistryCredential?> AskDefaultAsync(AuthFile file, string registry, CancellationToken cancellationToken)
    {
        if (file.DefaultHelper is not { } helper)
            return null;
        try
        {
            return await AskAsync(helper, registry == "docker.io" ? DockerHubServer : registry, cancellationToken).ConfigureAwait(false);
        }
        catch (TrustException e)
        {
            _verbose($"credsStore of {file.Path} is left out: {e.Message}");
            return null;
        }
    }

    private Task<RegistryCredential?> AskAsync(string helper, string server, CancellationToken cancellationToken) =>
        _answers.GetAsync(
            (helper, server),
            async token => (await CredentialHelper.GetAsync(helper, server, _host.GetEnvironmentVariable("PATH"), _options.Timeout, token)
                .ConfigureAwait(false), null),
            cancellationToken);
}
