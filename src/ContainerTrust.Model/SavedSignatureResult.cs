namespace ContainerTrust;

/// <summary>What became of the signatures of one manifest that were to be saved in one form.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record SavedSignatureResult
{
    /// <summary>What became of them.</summary>
    public required SavedSignatureStatus Status { get; init; }

    /// <summary>The image by digest, by the name that was asked for.</summary>
    public required string Image { get; init; }

    /// <summary>The component's name, <c>release</c> for the release image itself. Null for an image that is of no release.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The platform of an instance, <c>os/architecture[/variant]</c>; <c>list</c> for a multi-arch list itself. Null for an image that is
    /// not multi-arch, one that could not be reached, and an instance whose list names no platform.
    /// </summary>
    public string? Platform { get; init; }

    /// <summary>The manifest digest, <c>algorithm:hex</c>. Null if the image could not be reached.</summary>
    public string? Digest { get; init; }

    /// <summary>The form that they were to be saved in.</summary>
    public required SavedSignatureForm Form { get; init; }

    /// <summary>How many were written; each of them had been verified.</summary>
    public required int Saved { get; init; }

    /// <summary>How many that are verified were there already.</summary>
    public required int AlreadySaved { get; init; }

    /// <summary>Who made those that were written or there already, each once.</summary>
    public required string[] Signer { get; init; }

    /// <summary>Which signatures were not saved, and why; or why there is nothing to save. Sentences.</summary>
    public required string[] NotSaved
    {
        get;
        init => field = PrintableText.All(value);
    }

    /// <summary>
    /// Where they are: the directory in the store, the file of the ConfigMap, or the image in the layout, <c>oci:DIRECTORY:TAG</c>. Null if
    /// nothing is there.
    /// </summary>
    public string? Path { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"{(Name is null ? Image : $"{Name} {Digest}")}{(Platform is null ? "" : $" ({Platform})")}: {Form} {Status}" +
        (NotSaved is null or [] ? "" : $": {string.Join(' ', NotSaved)}"));
}

/// <summary>What became of signatures that were to be saved.</summary>
public enum SavedSignatureStatus
{
    /// <summary>At least one was verified and written.</summary>
    Saved,

    /// <summary>All that are verified were there already, and nothing was written.</summary>
    Unchanged,

    /// <summary>There is no signature of the kind that the form is for.</summary>
    Missing,

    /// <summary>There are some, and none was verified.</summary>
    Invalid,

    /// <summary>It could not be found out, or could not be written.</summary>
    Failed,
}

/// <summary>A form in which signatures are saved.</summary>
public enum SavedSignatureForm
{
    /// <summary>OpenPGP signatures in a lookaside store: <c>PATH/NAME@sha256=HEX/signature-N</c>.</summary>
    Store,

    /// <summary>OpenPGP signatures in a ConfigMap of OpenShift.</summary>
    ConfigMap,

    /// <summary>Sigstore signatures in an OCI layout, under the tag <c>sha256-HEX.sig</c>.</summary>
    Attachment,
}
