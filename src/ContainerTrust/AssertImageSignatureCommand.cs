using System.Management.Automation;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary>
/// <c>Assert-ImageSignature</c>: a gate. Passes on the pinned references of the images if every one is valid; otherwise nothing, and ends
/// with an error.
/// </summary>
/// <remarks>
/// All or nothing: what is passed on is pulled and started by the next command in the pipeline, and of a list with one bad image nothing
/// is. No image at all is an error too: a list that is empty by mistake must not pass for one that was looked at.
/// </remarks>
[Cmdlet(VerbsLifecycle.Assert, "ImageSignature", DefaultParameterSetName = PolicySet,
    HelpUri = HelpPage.Directory + "Assert-ImageSignature.md")]
[OutputType(typeof(string))]
public sealed class AssertImageSignatureCommand : ImageSignatureCmdlet
{
    // What is said of each; the rest is counted.
    private const int MostSaid = 10;

    private readonly List<string> _passed = [];
    private readonly List<(string Image, TrustException Error)> _refused = [];

    private protected override void Take(ImageSignatureResult verdict)
    {
        if (!verdict.IsValid)
        {
            Refuse("ImageNotValid", TrustErrorKind.InvalidData, verdict, $"{verdict.Image} is not valid: {verdict.Reason}");
        }
        else if (verdict.PinnedReference is null)
        {
            Refuse(
                "ImageNotPinned",
                TrustErrorKind.InvalidData,
                verdict,
                $"{verdict.Image} is valid, but cannot be passed on by digest: "
                    + (Platforms.Contains(PlatformChoice.List)
                        ? $"{verdict.Reason} Leave {TrustOption.Platform} out, or specify "
                            + $"{TrustOption.Platform.With(PlatformChoice.All.Name)}, to have instances judged."
                        : "it has no name in a registry, or the policy refuses by digest what it accepts by tag. Use Test-ImageSignature, "
                            + "and decide what to do with its result."));
        }
        else
        {
            this.Say($"{verdict.Image}: {verdict.Reason}");
            if (!_passed.Contains(verdict.PinnedReference))
                _passed.Add(verdict.PinnedReference);
        }
    }

    private protected override void Fail(VerificationItem item, TrustException error) => _refused.Add((item.Target, error));

    private protected override void End()
    {
        base.End();
        if (_refused.Count > 0)
            Terminate(Sum(), _refused.Count == 1 ? _refused[0].Image : _refused.Select(static r => r.Image).ToArray());
        if (_passed.Count == 0)
        {
            Terminate(new TrustException(
                "ImageMissing",
                TrustErrorKind.InvalidArgument,
                "There was no image to judge, which is not the same as images that are valid. Check the list that was piped."));
        }

        foreach (string reference in _passed)
            WriteObject(reference);
    }

    private void Refuse(string errorId, TrustErrorKind kind, ImageSignatureResult verdict, string message) =>
        _refused.Add((verdict.InputReference!, new TrustException(errorId, kind, message) { Target = verdict.InputReference }));

    private TrustException Sum()
    {
        (string _, TrustException first) = _refused[0];
        if (_refused.Count == 1)
            return first;
        string[] reasons = [.. _refused.Select(static r => r.Error.Message).Distinct()];
        string rest = reasons.Length > MostSaid ? $" And {reasons.Length - MostSaid} more." : "";
        return new TrustException(
            first.ErrorId,
            first.Kind,
            $"{_refused.Count} images were refused, and none is passed on. "
                + string.Join(' ', reasons.Take(MostSaid)) + rest,
            first);
    }
}
