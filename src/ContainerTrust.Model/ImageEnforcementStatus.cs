namespace ContainerTrust;

/// <summary>What a proposed policy makes of an image that a host runs or names.</summary>
public enum ImageEnforcementStatus
{
    /// <summary>The policy in force accepts the image, and the proposed one refuses it.</summary>
    WouldBreak,

    /// <summary>The policy in force refuses the image already, and so does the proposed one: what runs was pulled before.</summary>
    RefusedNow,

    /// <summary>It could not be found out what one of the policies says. Nothing is known, and nothing is taken for fine.</summary>
    CannotTell,

    /// <summary>The host, or a file of it that names images, could not be read: it may name images that are not listed.</summary>
    NotChecked,

    /// <summary>The policy in force refuses the image, and the proposed one accepts it.</summary>
    WouldWork,

    /// <summary>Both policies accept the image.</summary>
    Unchanged,
}
