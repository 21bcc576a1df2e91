using System.CommandLine;
using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Cli;

/// <summary>
/// <c>containertrust release</c>: the images that an OpenShift or OKD release consists of, and whether a mirror has them.
/// </summary>
internal static class ReleaseCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        SignatureOptions signatures = new();
        ConnectionOptions connection = new();
        MirrorCheck mirror = new();
        Argument<string> image = new("image") { Description = "Release image, by digest" };
        Option<string?> platform = new("--platform")
            { Description = "The instance of a multi-arch release, such as linux/arm64", HelpName = "os/arch" };
        Option<bool> skip = new("--skip-signature-check")
            { Description = "List the contents of a release that is not verified; with --mirror, signatures only have to exist" };
        Option<bool> json = new("--json") { Description = "All properties, as JSON" };
        Command command = new("release",
            "Lists the images that an OpenShift or OKD release consists of, or says whether a mirror has them.")
            { image, platform, skip, json };
        mirror.AddTo(command);
        signatures.AddTo(command);
        connection.AddTo(command);
        common.AddTo(command);
        command.SetAction(result => Verdicts.Judge(() =>
        {
            string release = SignatureOptions.Image(result, common, result.GetValue(image)!);
            if (mirror.IsAsked(result))
            {
                if (result.GetValue(platform) is not null)
                    throw new TrustException("InvalidOptions", TrustErrorKind.InvalidArgument,
                        "With --mirror every platform is asked for. Leave out --platform.");
                return mirror.Run(result, common, signatures, connection, release, result.GetValue(json), result.GetValue(skip));
            }

            VerificationOptions options = signatures.Get(result) with
            {
                RegistriesConfPath = connection.RegistriesConf(result, common),
                ImageTimeout = connection.ImageTimeout(result),
                Web = connection.Web(result, common, connection.HasCredential(result) ? SignatureOptions.Registry([release]) : "", 1),
            };
            ImagePlatform? instance = result.GetValue(platform) is { } p ? ImagePlatform.Parse(p) : null;
            using Cancellation cancel = new();
            using ImageVerifier verifier = new(common.Open(result), options, common.Messages(result));
            if (result.GetValue(skip))
                StandardError.WriteLine("warning: the release's signature is not checked: the list is what the server says.");
            IReadOnlyList<ReleaseImageContent> contents = Task.Run(() => new ReleaseVerifier(verifier, instance)
                .ReadAsync(release, !result.GetValue(skip), cancel.Token)).GetAwaiter().GetResult();
            Output.Write(result.GetValue(json) ? TrustJson.Write(contents) : Table(contents));
            return ExitCode.Done;
        }));
        return command;
    }

    private static string Table(IReadOnlyList<ReleaseImageContent> contents)
    {
        int width = contents.Count == 0 ? 4 : Math.Max(4, contents.Max(static c => PrintableText.Line(c.Name).Length));
        StringBuilder text = new();
        text.Append("NAME".PadRight(width)).Append("  IMAGE\n");
        foreach (ReleaseImageContent content in contents)
            text.Append(PrintableText.Line(content.Name).PadRight(width)).Append("  ").Append(PrintableText.Line(content.Image))
                .Append('\n');
        return text.ToString();
    }
}
