using System.Collections.Concurrent;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>
/// An OCI image layout whose images are the sigstore attachments of others, each by the tag that it has in a registry: <c>skopeo copy
/// oci:DIRECTORY:sha256-HEX.sig docker://…</c> brings them there. What several threads add at once becomes one change of
/// <c>index.json</c>, for that names all of them.
/// </summary>
/// <param name="directory">The layout's directory.</param>
/// <param name="options">Whether something is written, and replaced.</param>
internal sealed class LayoutTarget(string directory, SaveOptions options) : SignatureTarget(directory, options), IDisposable
{
    private const string LayoutFile = "oci-layout";
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConcurrentQueue<Addition> _waiting = new();
    private readonly Lock _lock = new();
    private LayoutIndex? _index;

    /// <inheritdoc/>
    public override SavedSignatureForm Form => SavedSignatureForm.Attachment;

    /// <inheritdoc/>
    public override ImageSignatureKind Kind => ImageSignatureKind.Sigstore;

    private string IndexPath => $"{Root}/index.json";

    /// <inheritdoc/>
    public override string PathOf(SignedManifest manifest) => $"oci:{Root}:{MirrorCopy.SignatureTag(manifest.Digest)}";

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureBlob> Read(SignedManifest manifest)
    {
        LayoutIndex index;
        lock (_lock)
            index = _index ??= LayoutIndex.Read(IndexPath, ReadIndex());
        return index.Find(MirrorCopy.SignatureTag(manifest.Digest)) is { } digest
            ? LayoutManifest.Read(Root, digest).Signatures(Root) : [];
    }

    /// <inheritdoc/>
    public override async Task<TargetOutcome> AddAsync(SignedManifest manifest, IReadOnlyList<StoredSignature> verified,
        CancellationToken cancellationToken)
    {
        if (IsDryRun)
            return Plan(LayoutIndex.Read(IndexPath, ReadIndex()), manifest, verified).Outcome;
        Addition addition = new(manifest, verified);
        _waiting.Enqueue(addition);
        try
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more, so it is not written.
            addition.Done.TrySetCanceled(cancellationToken);
            throw;
        }

        try
        {
            // Another one may have taken this along while it waited.
            if (!addition.Done.Task.IsCompleted)
                WriteAll(addition, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }

        return await addition.Done.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private void WriteAll(Addition own, CancellationToken cancellationToken)
    {
        List<Addition> all = [];
        while (_waiting.TryDequeue(out Addition? addition))
        {
            if (!addition.Done.Task.IsCompleted)
                all.Add(addition);
        }

        List<(Addition Addition, TargetOutcome Outcome)> done = [];
        try
        {
            using IHostChange change = Begin([Root, $"{Root}/blobs/sha256"], cancellationToken);
            WriteLayoutFile(change);
            HostFile? file = ReadIndex();
            LayoutIndex index = LayoutIndex.Read(IndexPath, file);
            foreach (Addition addition in all)
            {
                try
                {
                    LayoutChange planned = Plan(index, addition.Manifest, addition.Verified);
                    foreach ((string digest, ReadOnlyMemory<byte> blob) in planned.Blobs)
                        WriteBlob(change, digest, blob);
                    if (planned.Manifest is { } manifest)
                        index.Set(MirrorCopy.SignatureTag(addition.Manifest.Digest), manifest.Digest, manifest.Length);
                    done.Add((addition, planned.Outcome));
                }
                catch (TrustException e)
                {
                    addition.Done.TrySetException(e);
                }
            }

            if (index.IsChanged)
                change.Replace(IndexPath, index.Write(), file);
            lock (_lock)
                _index = index;
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            // The time of one is over, and not that of the others, whose turn comes.
            own.Done.TrySetException(e);
            foreach (Addition addition in all.Where(a => !a.Done.Task.IsCompleted))
                _waiting.Enqueue(addition);
            return;
        }
        catch (Exception e)
        {
            // Whatever it is, nobody must wait for ever.
            foreach (Addition addition in all)
                addition.Done.TrySetException(e);
            return;
        }

        // Only now are they in the index.
        foreach ((Addition addition, TargetOutcome outcome) in done)
            addition.Done.TrySetResult(outcome);
    }

    private LayoutChange Plan(LayoutIndex index, SignedManifest manifest, IReadOnlyList<StoredSignature> verified)
    {
        LayoutManifest before = LayoutManifest.Empty;
        if (index.Find(MirrorCopy.SignatureTag(manifest.Digest)) is { } digest)
        {
            try
            {
                before = LayoutManifest.Read(Root, digest);
                _ = before.Signatures(Root);
            }
            catch (TrustException e)
            {
                before = IsForced ? LayoutManifest.Empty
                    : throw Differs(PathOf(manifest), $"exists and is not what is written here ({e.ErrorId})", e);
            }
        }

        LayoutManifest after = before.With(verified, out int added, out int there);
        if (after.Count > ImageLimits.Signatures)
            throw TooMany(PathOf(manifest), ImageLimits.Signatures);
        return new LayoutChange(added == 0 ? [] : after.Blobs(verified), added == 0 ? null : after.Descriptor(), new(added, there));
    }

    private void WriteLayoutFile(IHostChange change)
    {
        string path = $"{Root}/{LayoutFile}";
        HostFile? file = Host.TryReadFile(path, ImageLimits.ManifestBytes);
        if (file is null)
            change.Replace(path, """{"imageLayoutVersion":"1.0.0"}"""u8, null);
        else if (file.Content.Span.IndexOf("\"imageLayoutVersion\""u8) < 0)
            throw new TrustException("NotALayout", TrustErrorKind.InvalidData,
                $"{path} exists and is not that of an OCI image layout. Specify another directory.") { Target = path };
    }

    // A blob is what its name says, or it is damaged.
    private void WriteBlob(IHostChange change, string digest, ReadOnlyMemory<byte> content)
    {
        string path = LayoutManifest.PathOf(Root, digest);
        HostFile? file = Host.TryReadFile(path, Math.Max(ImageLimits.SignatureBytes, ImageLimits.ManifestBytes));
        if (file is not null && file.Content.Span.SequenceEqual(content.Span))
            return;
        if (file is not null && !IsForced)
            throw Differs(path, "is damaged: it does not have the digest that it is named by");
        change.Replace(path, content.Span, file);
    }

    private HostFile? ReadIndex() => Host.TryReadFile(IndexPath, ImageLimits.ManifestBytes);

    /// <summary>What is to be added, and the wait for it.</summary>
    private sealed record Addition(SignedManifest Manifest, IReadOnlyList<StoredSignature> Verified)
    {
        public TaskCompletionSource<TargetOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record LayoutChange(IReadOnlyList<(string Digest, ReadOnlyMemory<byte> Content)> Blobs,
        (string Digest, int Length)? Manifest, TargetOutcome Outcome);
}
