namespace ContainerTrust;

/// <summary>Whether a mirror has an image of a release, and what a cluster will ask of it.</summary>
public enum ReleaseMirrorStatus
{
    /// <summary>The image exists, and so does each signature that is asked for; each was verified, or was only to exist.</summary>
    Complete,

    /// <summary>The image exists, and so does each signature that is asked for, but no key says whether they are good.</summary>
    NotVerified,

    /// <summary>The image exists, and a signature that is asked for does not.</summary>
    SignatureMissing,

    /// <summary>The image exists, and none of its signatures of a kind that is asked for is good.</summary>
    SignatureInvalid,

    /// <summary>The registry says that it does not have the image.</summary>
    ImageMissing,

    /// <summary>It could not be found out.</summary>
    Unknown,
}

/// <summary>What was found of one kind of signature of an image.</summary>
public enum MirroredSignature
{
    /// <summary>The target version does not ask for it.</summary>
    NotRequired,

    /// <summary>There is one that a given key has made for this image.</summary>
    Verified,

    /// <summary>There is one, and nothing was given that says whether it is good.</summary>
    Present,

    /// <summary>There is none.</summary>
    Missing,

    /// <summary>There are some, and none of them is good.</summary>
    Invalid,

    /// <summary>It could not be found out.</summary>
    Unknown,
}
