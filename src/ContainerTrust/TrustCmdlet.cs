using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>What all cmdlets share that touch a host: which files are meant, how errors and words reach the user, and how Ctrl+C ends the work.</summary>
public abstract class TrustCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private TrustStore? _store;

    private protected TrustCmdlet()
    {
    }

    /// <summary>A directory that is the root of another host (a mounted disk, an unpacked image). All files of that host are looked for below it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>The policy.json to use instead of the one in force. With <see cref="Root"/> an absolute path as that host names it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PolicyPath { get; set; }

    /// <summary>The registries.d directory to use instead of the one in force. With <see cref="Root"/> an absolute path as that host names it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RegistriesDirectory { get; set; }

    /// <summary>Use the current user's own files (<c>~/.config/containers</c>), even where they do not exist yet.</summary>
    [Parameter]
    public SwitchParameter CurrentUser { get; set; }

    /// <summary>The version of podman whose rules say where files are looked for (<c>5.8</c>, <c>6.0</c>), where the host does not tell or tells wrongly.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PodmanVersion { get; set; }

    /// <summary>Which files are meant.</summary>
    private protected TrustStoreOptions StoreOptions => new()
    {
        RootDirectory = Root is null ? null : LocalPath(Root),
        PolicyPath = HostPath(PolicyPath, nameof(PolicyPath)),
        RegistriesDirectory = HostPath(RegistriesDirectory, nameof(RegistriesDirectory)),
        CurrentUser = CurrentUser,
        PodmanVersion = PodmanVersion,
    };

    /// <summary>The host's files; opened when first needed.</summary>
    private protected TrustStore Store => _store ??= TrustStore.Open(StoreOptions, Messages);

    /// <summary>Where the engine's words go: at once to the user, for an engine that is called on the pipeline's own thread.</summary>
    private protected virtual TrustMessages Messages => new() { Warning = this.Warn, Verbose = this.Say };

    /// <summary>Ends when the user presses Ctrl+C.</summary>
    private protected CancellationToken Cancellation => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Run(Begin);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Run(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Run(End);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stop.Cancel();

    /// <summary>Releases what the cmdlet holds.</summary>
    /// <param name="disposing">False if called by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;

        // Also where the rest of the pipeline wants no more: Select-Object -First ends a cmdlet without a stop.
        _stop.Cancel();
        _stop.Dispose();
    }

    private protected virtual void Begin()
    {
    }

    private protected virtual void Process()
    {
    }

    private protected virtual void End()
    {
    }

    /// <summary>An error that ends the cmdlet.</summary>
    private protected void Terminate(TrustException error) => this.End(ToRecord(error));

    /// <summary>An error of one item; the others get their turn.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">The item, where that is not what the error itself names (such as the URL at which an image was not found).</param>
    private protected void Report(TrustException error, object? target = null) => this.Fail(ToRecord(error, target));

    /// <summary>Does something for one item; its failure is one error record.</summary>
    /// <returns>False if it failed.</returns>
    private protected bool Attempt(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (TrustException e)
        {
            Report(e);
            return false;
        }
    }

    /// <summary>Whether the files are another host's.</summary>
    private protected virtual bool IsElsewhere => Root is not null;

    /// <summary>A path on the host that is worked on: another host's as that host names it, otherwise one that PowerShell resolves.</summary>
    [return: NotNullIfNotNull(nameof(path))]
    private protected string? HostPath(string? path, string parameter)
    {
        if (path is null)
            return null;
        if (!IsElsewhere)
            return LocalPath(path);
        return path.StartsWith('/') ? path : throw new TrustException("PathNotAbsolute", TrustErrorKind.InvalidArgument, $"-{parameter} '{path}' must be an absolute path: {(Root is null ? "with -HostName" : "with -Root")} it names the file as that host does, not as this session.")
        {
            Target = path,
        };
    }

    /// <summary>A path of this session's file system; relative ones start at PowerShell's location, which is not the process's.</summary>
    private protected string LocalPath(string path)
    {
        // PowerShell would take a path that starts with a slash as one of the current drive, which may be Env: or Variable:.
        if (Path.IsPathFullyQualified(path))
            return path;
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem" ? full : throw new TrustException("NotAFilePath", TrustErrorKind.InvalidArgument, $"'{path}' belongs to the PowerShell provider {provider.Name}. Give a path of the file system.")
        {
            Target = path,
        };
    }

    /// <summary>An error as PowerShell has it.</summary>
    internal static ErrorRecord ToRecord(TrustException error, object? target = null) => PrintableStreams.Record(
        error,
        error.ErrorId,
        error.Kind switch
        {
            TrustErrorKind.InvalidData => ErrorCategory.InvalidData,
            TrustErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
            TrustErrorKind.NotFound => ErrorCategory.ObjectNotFound,
            TrustErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
            TrustErrorKind.ReadError => ErrorCategory.ReadError,
            TrustErrorKind.WriteError => ErrorCategory.WriteError,
            TrustErrorKind.ResourceBusy => ErrorCategory.ResourceBusy,
            TrustErrorKind.LimitsExceeded => ErrorCategory.LimitsExceeded,
            TrustErrorKind.NotSupported => ErrorCategory.NotImplemented,
            TrustErrorKind.ConnectionFailed => ErrorCategory.ConnectionError,
            _ => ErrorCategory.NotSpecified,
        },
        target ?? error.Target);

    private void Run(Action step)
    {
        try
        {
            step();
        }
        catch (TrustException e)
        {
            Terminate(e);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
