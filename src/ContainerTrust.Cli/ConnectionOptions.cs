using System.CommandLine;
using System.Net;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Cli;

/// <summary>The options that say how registries and signature stores are reached, by skopeo's names where it has one.</summary>
internal sealed class ConnectionOptions
{
    private readonly Option<string?> _authFile = new("--authfile")
        { Description = "File with the registries' credentials (default: those in force)", HelpName = "file" };
    private readonly Option<string?> _userName = new("--username")
        { Description = "User name for the registry of the images", HelpName = "name" };
    private readonly Option<bool> _password = new("--password-stdin") { Description = "Read the password from standard input" };
    private readonly Option<string?> _certificates = new("--cert-dir")
        { Description = "Directory with the registries' certificates (default: certs.d)", HelpName = "dir" };
    private readonly Option<bool?> _verifyTls = new("--tls-verify")
        { Description = "Check the registries' certificates (default: as registries.conf says)" };
    private readonly Option<string?> _registries = new("--registries-conf")
        { Description = "registries.conf, as the host names it (default: the one in force)", HelpName = "file" };
    private readonly Option<int> _timeout = new("--timeout")
        { Description = "Seconds that a server may be silent", HelpName = "seconds", DefaultValueFactory = static _ => 30 };
    private readonly Option<int> _imageTimeout = new("--image-timeout")
    {
        Description = "Seconds that an image may take, all requests together",
        HelpName = "seconds",
        DefaultValueFactory = static _ => 300,
    };

    private readonly Option<int> _retries = new("--retry-times")
        { Description = "How often a request is repeated", HelpName = "number", DefaultValueFactory = static _ => 3 };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_authFile, _userName, _password, _certificates, _verifyTls, _registries, _timeout,
            _imageTimeout, _retries])
            command.Options.Add(option);
    }

    public string? RegistriesConf(ParseResult result, CommonOptions common) => Path(result, common, _registries);

    /// <summary>How registries are reached.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="common">The options that say which host is meant.</param>
    /// <param name="registry">The registry that a credential on the command line is for; empty if there is none.</param>
    /// <param name="concurrency">How many requests may run at once.</param>
    public WebOptions Web(ParseResult result, CommonOptions common, string registry, int concurrency)
    {
        int timeout = result.GetValue(_timeout);
        int retries = result.GetValue(_retries);
        if (timeout is < 1 or > 3600)
            throw Usage("--timeout is a number of seconds from 1 to 3600.");
        if (retries is < 0 or > 20)
            throw Usage("--retry-times is a number from 0 to 20.");
        if (result.GetValue(_verifyTls) == false)
            StandardError.WriteLine("warning: certificates of registries are not checked, so anybody on the way can answer in their " +
                "place, and read the credentials that are sent to them.");
        return new WebOptions
        {
            Timeout = TimeSpan.FromSeconds(timeout),
            Retries = retries,
            ConcurrencyPerHost = concurrency,
            AuthFile = Path(result, common, _authFile),
            CertificateDirectory = Path(result, common, _certificates),
            VerifyTls = result.GetValue(_verifyTls),
            Credential = Credential(result, registry),
        };
    }

    /// <summary>The time for one image.</summary>
    public TimeSpan ImageTimeout(ParseResult result) => result.GetValue(_imageTimeout) is >= 1 and <= 86400 and int seconds
        ? TimeSpan.FromSeconds(seconds)
        : throw Usage("--image-timeout is a number of seconds from 1 to 86400.");

    public bool HasCredential(ParseResult result) => result.GetValue(_userName) is not null;

    private NetworkCredential? Credential(ParseResult result, string registry)
    {
        string? userName = result.GetValue(_userName);
        if ((userName is null) == result.GetValue(_password))
            throw Usage("--username and --password-stdin belong together: a password on the command line could be read " +
                "by everybody on this machine.");
        if (userName is null)
            return null;
        using Stream input = Console.OpenStandardInput();
        string password = Password.Read(input);
        return new NetworkCredential(userName, password, registry);
    }

    private static string? Path(ParseResult result, CommonOptions common, Option<string?> option) =>
        result.GetValue(option) is { } path ? common.HostPath(result, path, option.Name) : null;

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
