using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>
/// What all cmdlets share: how errors and words reach the user, how Ctrl+C ends the work, and what a path of the session is.
/// </summary>
public abstract class EngineCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    private protected EngineCmdlet()
    {
    }

    /// <summary>Where the engine's words go: at once to the user, for an engine that is called on the pipeline's own thread.</summary>
    private protected virtual TrustMessages Messages => new() { Warning = this.Warn, Verbose = this.Say };

    /// <summary>Whether it is only asked what would be done. To be asked on the pipeline's own thread.</summary>
    internal bool IsPreview => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given) : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Ends when the user presses Ctrl+C.</summary>
    private protected CancellationToken Cancellation => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        PowerShellLanguage.Use();
        Run(Begin);
    }

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
    private protected void Terminate(TrustException error, object? target = null) => this.End(ErrorRecords.Of(error, target));

    /// <summary>An error of one item; the others get their turn.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">
    /// The item, where that is not what the error itself names (such as the URL at which an image was not found).
    /// </param>
    private protected void Report(TrustException error, object? target = null) => this.Fail(ErrorRecords.Of(error, target));

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

    /// <summary>The same for a parameter that may be left out.</summary>
    private protected string? LocalPathOrNull(string? path) => path is null ? null : LocalPath(path);

    /// <summary>A path of this session's file system; relative ones start at PowerShell's location, which is not the process's.</summary>
    private protected string LocalPath(string path)
    {
        // PowerShell would take a path that starts with a slash as one of the current drive, which may be Env: or Variable:.
        if (Path.IsPathFullyQualified(path))
            return path;
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        RequireFileSystem(path, provider);
        return full;
    }

    /// <summary>The paths of this session's file system that a pattern matches; none if there are none.</summary>
    private protected IReadOnlyList<string> MatchingPaths(string pattern)
    {
        try
        {
            IReadOnlyList<string> found = SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out ProviderInfo provider);
            RequireFileSystem(pattern, provider);
            return found;
        }
        catch (Exception e) when (e is ItemNotFoundException or System.Management.Automation.DriveNotFoundException
            or ProviderNotFoundException or ProviderInvocationException)
        {
            this.Debug(e.Message);
            return [];
        }
    }

    private static void RequireFileSystem(string path, ProviderInfo provider)
    {
        if (provider.Name != "FileSystem")
            throw new TrustException(
                "NotAFilePath",
                TrustErrorKind.InvalidArgument,
                $"'{path}' is on the {provider.Name} provider. Specify a file system path.")
            {
                Target = path,
            };
    }

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
