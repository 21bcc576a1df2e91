namespace ContainerTrust.Engine.Rehearsal;

/// <summary>An image of a host with its verdicts.</summary>
/// <param name="Image">The image, and what names it.</param>
/// <param name="Now">The verdict of the policy in force.</param>
/// <param name="Then">The verdict of the proposed policy.</param>
/// <param name="Forms">By what it is accepted with a signature; empty if it is not.</param>
internal sealed record JudgedImage(NamedGroup Image, Verdict Now, Verdict Then, IReadOnlyList<SignedForm> Forms)
{
    private const string NothingAsked = "ImageNotJudged";

    /// <summary>Whether it is known what the policies say.</summary>
    public bool IsKnown => Now.IsAccepted is not null && Then.IsAccepted is not null;

    /// <summary>Whether it is signed. Null if that is not known.</summary>
    public bool? IsSigned => Forms.Count > 0 ? true : IsKnown ? false : null;

    private ImageEnforcementStatus Status => (Now.IsAccepted, Then.IsAccepted) switch
    {
        (true, true) => ImageEnforcementStatus.Unchanged,
        (true, false) => ImageEnforcementStatus.WouldBreak,
        (false, true) => ImageEnforcementStatus.WouldWork,
        (false, false) => ImageEnforcementStatus.RefusedNow,
        _ => ImageEnforcementStatus.CannotTell,
    };

    /// <summary>What is told of it.</summary>
    /// <param name="computerName">The host.</param>
    /// <param name="user">The user.</param>
    public ImageEnforcementResult ToResult(string computerName, string user)
    {
        ImageSignatureResult? judged = Then.Result ?? Now.Result;
        bool isStored = judged is null || Image.StoredDigests.Contains(judged.ManifestDigest)
            || (judged.ListDigest is { } list && Image.StoredDigests.Contains(list));
        string moved = Image.StoredDigests.Count > 0 && !isStored
            ? " The host has another image under this name; that is the verdict on the one that would be pulled." : "";
        return new ImageEnforcementResult
        {
            Status = Status,
            ComputerName = computerName,
            User = user,
            Image = Image.Name,
            Owner = [.. Image.Owners],
            IsPresent = Image.IsPresent,
            AcceptedNow = Now.IsAccepted,
            AcceptedThen = Then.IsAccepted,
            IsSigned = IsSigned,
            Reason = $"{Reason}{moved}",
            ReasonNow = Now.Result?.Reason,
            ScopeNow = Now.Result?.Scope,
            ScopeThen = Then.Result?.Scope,
            ManifestDigest = judged?.ManifestDigest,

            // The one that is judged, where the host has it: of a multi-arch image the list's digest is stored too.
            StoredDigest = Image.StoredDigests.Count == 0 ? null
                : judged is not null && Image.StoredDigests.Contains(judged.ManifestDigest) ? judged.ManifestDigest
                : Image.StoredDigests[0],
            ErrorId = IsKnown ? null : Image.Problem is not null ? NothingAsked : (Now.Error ?? Then.Error)?.ErrorId,
        };
    }

    private string Reason => Image.Problem ?? Status switch
    {
        ImageEnforcementStatus.CannotTell => (Now.Error ?? Then.Error)!.Message,
        _ => Then.Reason!,
    };
}
