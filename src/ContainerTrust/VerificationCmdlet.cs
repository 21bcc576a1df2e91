using System.Management.Automation;
using System.Net;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary>What the cmdlets share that judge images: how registries and signature stores are reached, and the work on several images at
/// once.</summary>
public abstract class VerificationCmdlet : HostCmdlet
{
    private ImageVerifier? _verifier;
    private TrustException? _fault;
    private OrderedWork<VerificationItem, object>? _work;
    private string? _credentialDomain;
    private long _nextProgress;
    private bool _hasProgress;
    private bool _isEnding;
    private bool _saidCommon;

    private protected VerificationCmdlet()
    {
    }

    /// <summary>User name and password for the registry of the images, instead of those in the auth files.</summary>
    [Parameter]
    [ValidateNotNull]
    [Credential]
    public virtual PSCredential? Credential { get; set; }

    /// <summary>The file with credentials (containers-auth.json(5)) to use instead of those in force.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public virtual string? AuthFile { get; set; }

    /// <summary>A directory with the certificates of the registries (<c>*.crt</c>, <c>*.cert</c>, <c>*.key</c>), instead of those in
    /// <c>certs.d</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public virtual string? CertificateDirectory { get; set; }

    /// <summary>Talk to registries whose certificate cannot be verified, and to those that have no TLS.</summary>
    [Parameter]
    public virtual SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>The registries.conf to use instead of the one in force.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public virtual string? RegistriesConfPath { get; set; }

    /// <summary>How many seconds a server may be silent before the request has failed.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public virtual int TimeoutSec { get; set; } = 30;

    /// <summary>How many seconds one image may take, all requests, retries and waits together.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public virtual int ImageTimeoutSec { get; set; } = 300;

    /// <summary>How often a request is repeated that failed for a reason that may pass.</summary>
    [Parameter]
    [ValidateRange(0, 20)]
    public virtual int MaximumRetryCount { get; set; } = 3;

    /// <summary>What is being done, for the progress bar.</summary>
    private protected virtual string Activity => "Verifying images";

    /// <summary>How many images are worked on at once.</summary>
    private protected virtual int Parallelism => 1;

    /// <summary>What the images are judged by.</summary>
    private protected abstract VerificationOptions Verification { get; }

    /// <summary>The verifier; made when first needed, on the pipeline's thread.</summary>
    /// <exception cref="TrustException">It cannot be made; then no image can be judged.</exception>
    private protected ImageVerifier Verifier
    {
        get
        {
            if (_fault is not null)
                throw _fault;
            try
            {
                return _verifier ??= new ImageVerifier(Store, Verification, Messages);
            }
            catch (TrustException e)
            {
                _fault = e;
                throw;
            }
        }
    }

    private protected override TrustMessages Messages => Work.Messages;

    /// <summary>Which names signatures by the given keys must state. Null for the default.</summary>
    private protected SignedIdentity? Identity { get; set; }

    private OrderedWork<VerificationItem, object> Work => _work ??=
        new OrderedWork<VerificationItem, object>(Parallelism, base.Messages, Cancellation) { Waiting = ShowProgress };

    private protected override void Begin()
    {
        if (SkipCertificateCheck)
            this.Warn("Certificates of registries are not checked, so anybody on the way can answer in their place, and read the " +
                "credentials that are sent to them. Signatures are checked all the same.");
    }

    private protected override void End()
    {
        _isEnding = true;
        _work?.Deliver(Deliver, static () => true);
        if (_hasProgress)
            this.Show(PrintableStreams.Done(Activity));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        if (_work is not null)
            _work.Release(Resource);
        else
            Resource?.Dispose();
    }

    /// <summary>What the work uses, and is released when it has ended.</summary>
    private protected virtual IDisposable? Resource => _verifier;

    /// <summary>What the images are judged by, from the parameters.</summary>
    private protected VerificationOptions OptionsOf(string[]? keyPath, string[]? fingerprint, string[]? signatureStore,
        string[]? signatureConfigMap) => new()
    {
        KeyPaths = LocalPaths(keyPath),
        Fingerprints = fingerprint,
        SignedIdentity = Identity,
        SignatureStores = Stores(signatureStore),
        SignatureConfigMaps = LocalFiles(signatureConfigMap, "SignatureConfigMap"),
        RegistriesConfPath = HostPath(RegistriesConfPath, nameof(RegistriesConfPath)),
        ImageTimeout = TimeSpan.FromSeconds(ImageTimeoutSec),
        Web = new WebOptions
        {
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            Retries = MaximumRetryCount,
            AuthFile = ClientPath(AuthFile, nameof(AuthFile)),
            CertificateDirectory = ClientPath(CertificateDirectory, nameof(CertificateDirectory)),
            VerifyTls = SkipCertificateCheck ? false : null,
            ConcurrencyPerHost = Parallelism,
            Credential = Credential is null ? null
                : new NetworkCredential(Credential.UserName, Credential.Password, _credentialDomain ?? ""),
        },
    };

    /// <summary>A path of the host whose credentials and certificates are used.</summary>
    private protected virtual string? ClientPath(string? path, string parameter) => HostPath(path, parameter);

    /// <summary>Refuses parameters that say something of keys where the policy decides.</summary>
    private protected void RequireKeys(string[]? keyPath, string[]? fingerprint)
    {
        RequirementFactory.RequireValid(Identity);
        if (keyPath is null && (Identity is not null || fingerprint is not null))
            throw new TrustException(
                "KeyPathMissing",
                TrustErrorKind.InvalidArgument,
                "-Fingerprint and the identity parameters require -KeyPath: without it the policy says which keys and which names "
                    + "count. Give -KeyPath, or leave them out.");
    }

    /// <summary>Takes work in, and hands on what is done meanwhile.</summary>
    /// <param name="item">What is worked on.</param>
    /// <param name="work">The work; done on another thread.</param>
    private protected void Start(VerificationItem item, Func<CancellationToken, Task<object>> work)
    {
        Work.Add(item, (_, cancellation) => work(cancellation));
        Work.Deliver(Deliver, () => Work.IsFull);
    }

    /// <summary>Hands a result on.</summary>
    private protected abstract void Write(VerificationItem item, object result);

    /// <summary>
    /// Whether an item that could not be judged has <see cref="Deny"/> called for it: a script that asks yes or no, and looks at no errors,
    /// must not take silence for anything.
    /// </summary>
    private protected virtual bool MustAnswer => false;

    /// <summary>Says no.</summary>
    private protected virtual void Deny()
    {
    }

    /// <summary>An image as the engine takes it: paths made absolute.</summary>
    private protected string ImageName(string image)
    {
        int colon = image.IndexOf(':');
        string transport = colon > 0 ? image[..colon] : "";
        if (transport is not ("dir" or "oci" or "oci-archive" or "sif" or "docker-archive"))
            return image;
        string path = image[(colon + 1)..];
        int end = transport is "dir" or "sif" ? -1 : path.IndexOf(':');
        string name = end < 0 ? "" : path[end..];
        path = end < 0 ? path : path[..end];
        return path.Length == 0 ? image : $"{transport}:{HostPath(path, "Image")}{name}";
    }

    /// <summary>Refuses to send a credential that is meant for one registry to another one.</summary>
    private protected void RequireOneRegistry(string image)
    {
        if (Credential is null)
            return;
        string name = image.StartsWith("docker://", StringComparison.Ordinal) ? image["docker://".Length..] : image;
        if (!DockerReference.TryParse(name, out DockerReference? reference, out _))
        {
            // Of another transport, or nothing at all: then there is nobody to send it to.
            return;
        }

        _credentialDomain ??= reference.Domain;
        if (reference.Domain != _credentialDomain)
        {
            throw new TrustException("CredentialForOneRegistry", TrustErrorKind.InvalidArgument,
                $"-Credential is for {_credentialDomain}, the registry of the first image, and is not sent to {reference.Domain}. Call " +
                "the cmdlet once for each registry, or put the credentials into an auth file.")
            {
                Target = image,
            };
        }
    }

    /// <summary>Paths of this session, made absolute.</summary>
    private protected string[]? LocalPaths(string[]? paths) => paths is null ? null : [.. paths.Select(LocalPath)];

    /// <summary>Paths of this session, made absolute; wildcards stand for the files that they match.</summary>
    private protected string[]? LocalFiles(string[]? paths, string parameter) =>
        paths is null ? null : [.. paths.SelectMany(path => Matching(path, parameter))];

    // URLs as they are, directories as URLs.
    private string[]? Stores(string[]? stores) =>
        stores is null ? null : [.. stores.Select(store => store.Contains("://", StringComparison.Ordinal) ? store
            : new Uri(LocalPath(store)).AbsoluteUri)];

    private string[] Matching(string path, string parameter)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(path) || File.Exists(LocalPath(path)))
            return [LocalPath(path)];
        string[] found = [.. MatchingPaths(path).Where(File.Exists)];
        return found.Length > 0 ? found
            : throw new TrustException("FileNotFound", TrustErrorKind.NotFound, $"No file matches '{path}'. Check -{parameter}.")
            { Target = path };
    }

    private void Deliver(VerificationItem item, Task<object> task)
    {
        object? result = null;
        TrustException? error = null;
        try
        {
            result = task.GetAwaiter().GetResult();
        }
        catch (TrustException e)
        {
            error = e;
        }
        catch (Exception e) when (!Cancellation.IsCancellationRequested)
        {
            // Whatever it is, it is no verdict.
            error = new TrustException("VerificationFailed", TrustErrorKind.ReadError, $"{item.Target} could not be judged: {e.Message}",
                e);
        }

        if (error is null)
            Write(item, result!);
        else
            Fail(item, IsCommon(error) || error.Message.Contains(item.Target, StringComparison.Ordinal) ? error : Named(item, error));
    }

    /// <summary>Takes in that an item could not be judged.</summary>
    private protected virtual void Fail(VerificationItem item, TrustException error)
    {
        bool isCommon = IsCommon(error);
        if (isCommon && !MustAnswer)
            Terminate(error);
        if (!isCommon || !_saidCommon)
            Report(error, item.Target);
        _saidCommon |= isCommon;
        if (MustAnswer)
            Deny();
    }

    // A fault that concerns every image, such as a broken policy, ends the cmdlet, or is said once.
    private bool IsCommon(TrustException error) =>
        error == _fault || error.ErrorId.StartsWith("Policy", StringComparison.Ordinal)
        || error.ErrorId.StartsWith("Lookaside", StringComparison.Ordinal);

    // A registry that is down says nothing of the image that was wanted from it.
    private static TrustException Named(VerificationItem item, TrustException error) =>
        new(error.ErrorId, error.Kind, $"{(item.Target.Length == 0 ? "An empty name" : item.Target)} cannot be judged: {error.Message}",
            error) { Target = error.Target, Advice = error.Advice };

    private void ShowProgress(int count, int finished)
    {
        long now = Environment.TickCount64;
        if (count < 2 || now < _nextProgress)
            return;
        _nextProgress = now + 250;
        _hasProgress = true;

        // While images come in, nobody knows how many there will be.
        this.Show(PrintableStreams.Progress(Activity, $"{finished} of {count} done", _isEnding ? 100 * finished / count : -1));
    }
}

/// <summary>What one result is about.</summary>
/// <param name="Target">What the user gave.</param>
internal sealed record VerificationItem(string Target);
