using System.Globalization;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>
/// A lookaside store (containers-registries.d(5), signature-protocols): <c>PATH/NAME@ALGORITHM=HEX/signature-N</c>, N from 1 without a gap.
/// </summary>
/// <param name="directory">The store's directory.</param>
/// <param name="options">Whether something is written, and replaced.</param>
internal sealed class StoreTarget(string directory, SaveOptions options) : SignatureTarget(directory, options)
{
    private const string Prefix = "signature-";

    // Readers give up at ImageLimits.Signatures.
    private const int Most = ImageLimits.Signatures - 1;

    /// <inheritdoc/>
    public override SavedSignatureForm Form => SavedSignatureForm.Store;

    /// <inheritdoc/>
    public override ImageSignatureKind Kind => ImageSignatureKind.SimpleSigning;

    /// <inheritdoc/>
    public override string PathOf(SignedManifest manifest) =>
        $"{Root.TrimEnd('/')}/{manifest.Repository.Path}@{manifest.Algorithm}={manifest.Hex}";

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureBlob> Read(SignedManifest manifest)
    {
        SortedDictionary<int, HostFile> files = Files(PathOf(manifest));
        return [.. Enumerable.Range(1, files.Count).TakeWhile(files.ContainsKey)
            .Select(n => new SignatureBlob(files[n].Path, files[n].Content))];
    }

    /// <inheritdoc/>
    public override Task<TargetOutcome> AddAsync(SignedManifest manifest, IReadOnlyList<StoredSignature> verified,
        CancellationToken cancellationToken)
    {
        string path = PathOf(manifest);
        if (IsDryRun)
            return Task.FromResult(Plan(path, verified).Outcome);
        using IHostChange change = Begin([path], cancellationToken);
        StorePlan plan = Plan(path, verified);
        foreach ((int number, ReadOnlyMemory<byte> content) in plan.Writes)
            change.Replace(Name(path, number), content.Span, plan.Files.GetValueOrDefault(number));
        foreach (int number in plan.Deletions)
            change.Delete(Name(path, number), plan.Files[number]);
        return Task.FromResult(plan.Outcome);
    }

    private StorePlan Plan(string path, IReadOnlyList<StoredSignature> verified)
    {
        SortedDictionary<int, HostFile> files = Files(path);
        List<ReadOnlyMemory<byte>> good = [.. files.Values.Select(static f => f.Content).Where(IsReadable)];
        List<ReadOnlyMemory<byte>> missing = [];
        int there = 0;
        foreach (ReadOnlyMemory<byte> content in verified.Select(static v => v.UntrustedContent))
        {
            if (Has(missing, content))
                continue;
            if (Has(good, content))
                there++;
            else
                missing.Add(content);
        }

        if (good.Count + missing.Count > Most)
            throw TooMany(path, Most);
        HostFile? broken = files.Values.FirstOrDefault(static f => !IsReadable(f.Content));
        TargetOutcome outcome = new(missing.Count, there);
        if (broken is not null)
        {
            return IsForced ? Renumber(files, [.. good, .. missing], outcome)
                : throw Differs(broken.Path, "is not a signature, and podman and skopeo refuse an image with such a file");
        }

        // What is after a gap, nobody reads.
        if (files.Count > 0 && files.Keys.Last() != files.Count)
            return Renumber(files, [.. good, .. missing], outcome);
        SortedDictionary<int, ReadOnlyMemory<byte>> writes = [];
        int number = files.Count + 1;
        foreach (ReadOnlyMemory<byte> content in missing)
            writes.Add(number++, content);

        return new StorePlan(files, writes, [], outcome);
    }

    // Downwards, and deletions last: at no time is one of the good ones in no file.
    private static StorePlan Renumber(SortedDictionary<int, HostFile> files, List<ReadOnlyMemory<byte>> good, TargetOutcome outcome)
    {
        SortedDictionary<int, ReadOnlyMemory<byte>> writes = [];
        for (int i = 0; i < good.Count; i++)
            writes.Add(i + 1, good[i]);
        return new StorePlan(files, writes, [.. files.Keys.Where(n => n > good.Count)], outcome);
    }

    private static SortedDictionary<int, HostFile> Files(string path)
    {
        SortedDictionary<int, HostFile> files = [];
        int total = 0;
        foreach (string name in Host.ListDirectory(path))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)
                || !int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number == 0 || name != Name(number))
                continue;
            if (Host.TryReadFile(Name(path, number), ImageLimits.SignatureBytes) is not { } file)
                continue;
            total += file.Content.Length;
            if (files.Count == ImageLimits.Signatures || total > ImageLimits.SignaturesBytes)
                throw TooMany(path, Most);
            files.Add(number, file);
        }

        return files;
    }

    private static bool Has(List<ReadOnlyMemory<byte>> contents, ReadOnlyMemory<byte> content) =>
        contents.Exists(c => Plain(c).SequenceEqual(content.Span));

    private static bool IsReadable(ReadOnlyMemory<byte> content) => SignatureFormat.TryRead(content, out _, out _, out _);

    // With the mark of its format or without it, it is the same signature.
    private static ReadOnlySpan<byte> Plain(ReadOnlyMemory<byte> content) =>
        SignatureFormat.TryRead(content, out ImageSignatureKind kind, out ReadOnlyMemory<byte> plain, out _)
            && kind == ImageSignatureKind.SimpleSigning ? plain.Span : content.Span;

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");

    private static string Name(string path, int number) => $"{path}/{Name(number)}";

    private sealed record StorePlan(SortedDictionary<int, HostFile> Files, SortedDictionary<int, ReadOnlyMemory<byte>> Writes,
        IReadOnlyList<int> Deletions, TargetOutcome Outcome);
}
