using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>Puts the verdicts of both policies together, in words.</summary>
internal static class BootReasons
{
    /// <summary>The result.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="next">The image that is booted next.</param>
    /// <param name="booted">By the policy of the booted system.</param>
    /// <param name="staged">By the policy that the staged system will have. Null if nothing is staged.</param>
    public static BootImageResult Of(TrustStore store, (BootOrigin Origin, string? Digest, BootImageSource Source) next, BootVerdict booted,
        BootVerdict? staged)
    {
        BootOrigin origin = next.Origin;
        bool enforces = origin.Verification == BootOriginVerification.ContainerPolicy;

        // bootc looks at the policy's default before it asks anybody.
        bool isShut = enforces && booted.IsOpen, willBeShut = enforces && staged?.IsOpen == true;
        BootImageStatus status = Worst(isShut ? BootImageStatus.Refused : booted.Status, staged is null ? null
            : new Judged(willBeShut ? BootImageStatus.Refused : staged.Status));
        List<string> reasons = [];
        string what = next.Source switch
        {
            BootImageSource.Staged => "The staged image",
            BootImageSource.Rollback => "The image of the system before, which is booted next,",
            _ => "The image that an upgrade fetches",
        };
        if (isShut)
            reasons.Add("The origin asks for enforced signatures, and the booted system's policy accepts by default everything that no " +
                "scope governs, so bootc refuses every update.");
        else
            Add(reasons, what, "the booted system's policy", booted);
        if (willBeShut)
            reasons.Add("The origin asks for enforced signatures, and the staged system's policy accepts by default everything that no " +
                "scope governs, so no update will be possible after it has been booted.");
        else if (staged is not null)
            Add(reasons, what, "the staged system's policy, which decides on the updates after it,", staged);

        // The cause comes first.
        if (staged is not null && reasons.Count == 2 && Rank(booted.Status) > Rank(willBeShut ? BootImageStatus.Refused : staged.Status)
            && !isShut)
            reasons.Reverse();
        reasons.Add(Words(origin));
        TrustException? fault = booted.Fault ?? staged?.Fault;
        return new BootImageResult
        {
            ComputerName = store.Host.ComputerName,
            Status = status,
            Source = next.Source,
            Image = Printable.Of(origin.Image, Printable.NameLength),
            Digest = next.Digest,
            Origin = Printable.Of(origin.ToString(), Printable.NameLength),
            OriginVerification = origin.Verification,
            Booted = booted.Result,
            Staged = staged?.Result,
            Signer = (booted.Result?.Signatures ?? []).Where(static s => s.IsValid)
                .Select(static s => s.UserId ?? s.CertificateSubject ?? s.KeyFingerprint ?? s.Fingerprint).OfType<string>().Distinct()
                .ToArray(),
            Reasons = reasons.ToArray(),
            RecommendedAction = Action(status, origin, isShut || willBeShut, store.Target),
            ErrorId = status == BootImageStatus.NotChecked ? fault?.ErrorId : null,
        };
    }

    private static void Add(List<string> reasons, string what, string by, BootVerdict verdict) => reasons.Add(verdict switch
    {
        { Fault: { } fault } => $"{what} could not be judged by {by.TrimEnd(',')}: {fault.Message}",
        { Status: BootImageStatus.Verified } => $"{what} is signed as {by} asks. {verdict.Result!.Reason}",
        { Status: BootImageStatus.NotVerified } =>
            $"{what} is accepted by {by} without a look at signatures.{(verdict.Result is null ? "" : $" {verdict.Result.ScopeReason}")}",
        _ => $"{what} is refused by {by.TrimEnd(',')}"
            + (verdict.Result is null ? ", which rejects its transport." : $": {verdict.Result.Reason}"),
    });

    private static string Words(BootOrigin origin) => origin.Verification switch
    {
        BootOriginVerification.ContainerPolicy =>
            "The origin enforces the policy: updates are refused where its default accepts everything.",
        BootOriginVerification.OstreeRemote => "The origin asks for the signature of an ostree remote on the commit in the image, which is "
            + "not looked at here.",
        _ => "The origin enforces nothing: the policy decides alone, and one that accepts everything would be obeyed, too.",
    };

    private static string? Action(BootImageStatus status, BootOrigin origin, bool isShut, AdviceTarget target) => status switch
    {
        _ when isShut => $"Make the policy's default reject, with what the host may run as scopes: {TrustOperation.MakeLayer} makes such " +
            "a policy for the image.",
        BootImageStatus.Verified when origin is { Verification: BootOriginVerification.NotEnforced, Transport: "docker" }
            && IsPlain(origin) =>
            $"Switch the origin to one that enforces the policy: 'bootc switch --enforce-container-sigpolicy {Shown(origin)}'.",
        BootImageStatus.NotVerified => $"Ask for signatures of the image: {TrustOperation.MakeLayer} makes what the image needs, and " +
            $"{Advice.Of(TrustOperation.Set, target)} changes this host alone.",
        BootImageStatus.Refused => "Do not restart the host into it, or update it, before the image is signed as the policy asks, or the " +
            "policy names the key that signed it.",
        _ => null,
    };

    // A command is shown only where a shell reads it as it is meant.
    private static bool IsPlain(BootOrigin origin) => origin.UntrustedName.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'
        or '_' or '/' or ':' or '@') && origin.UntrustedName[0] is not '-';

    private static string Shown(BootOrigin origin) => Printable.Of(origin.UntrustedName, Printable.NameLength);

    private static BootImageStatus Worst(BootImageStatus? first, Judged? second)
    {
        BootImageStatus one = first ?? BootImageStatus.NotChecked;
        if (second is null)
            return one;
        BootImageStatus two = second.Status ?? BootImageStatus.NotChecked;
        return Rank(one) <= Rank(two) ? one : two;
    }

    // What is refused is refused, whatever is not known besides; what is not known is never a yes.
    private static int Rank(BootImageStatus? status) => status switch
    {
        BootImageStatus.Refused => 0,
        BootImageStatus.NotVerified => 1,
        BootImageStatus.Verified => 3,
        _ => 2,
    };

    private sealed record Judged(BootImageStatus? Status);
}
