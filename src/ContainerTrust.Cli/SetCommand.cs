using System.CommandLine;
using System.CommandLine.Completions;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Presets;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust set</c>: trust, reject or accept scopes.</summary>
internal static class SetCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        IdentityOptions identity = new();
        SigstoreOptions sigstore = new();
        Argument<string[]> registries = new("registry")
            { Description = "Scopes: registries, namespaces, repositories, images, or *.example.com", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> key = new("--key", "-f")
            { Description = "Key file on the host that must have signed; several: all of them", HelpName = "file" };
        Option<string?> type = new("--type", "-t")
        {
            Description = "signedBy (default with --key), sigstoreSigned (default with the options of sigstore), accept or reject",
            HelpName = "type",
            CompletionSources = { { "signedBy", "sigstoreSigned", "accept", "reject" } },
        };
        Option<bool> anyKey = new("--any-key") { Description = "One of the keys is enough" };
        Option<bool> inlineKey = new("--inline-key")
            { Description = "Store keys and certificates themselves in the policy, as RHEL 7 did" };
        Option<bool> copyKey = new("--copy-key")
            { Description = "Put the files on the host, before the policy names them (paths are those of this machine)" };
        Option<string?> keyDirectory = new("--key-directory")
            { Description = $"With --copy-key: where (default: {KeyCopy.Directory})", HelpName = "directory" };
        Option<bool> noStore = new("--no-signature-store") { Description = "Take away the store that signatures are read from" };
        Option<bool> noStaging = new("--no-signature-store-staging")
            { Description = "Take away the store that signatures are written to" };
        Option<bool> setDefault = new("--default") { Description = "Set the policy's default" };
        Option<string> transport = new("--transport") { Description = "The transport", DefaultValueFactory = static _ => "docker" };
        Option<string?> store = new("--signature-store") { Description = "Where signatures are read from", HelpName = "url" };
        Option<string?> staging = new("--signature-store-staging") { Description = "Where signatures are written to", HelpName = "url" };
        Option<bool?> attachments = new("--use-sigstore-attachments")
            { Description = "Read sigstore signatures from the registry (true or false; default: on where sigstoreSigned needs it)" };
        Option<string?> preset = new("--preset")
        {
            Description = $"A vendor's registries, keys and stores, or a preset of your own: {string.Join(", ", TrustPresets.Names)}",
            HelpName = "name",
        };
        PresetOptions presets = new();
        preset.CompletionSources.Add(presets.Completions);
        Option<bool> force = new("--force") { Description = "Write keys that are missing or cannot sign, and scopes that no image has" };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would be done" };
        Command command = new("set", "Trusts, rejects or accepts scopes.")
        {
            registries, key, type, anyKey, inlineKey, copyKey, keyDirectory, setDefault, transport, store, staging, noStore, noStaging,
            attachments, preset, presets.Directory, force, dryRun,
        };
        sigstore.AddForPolicy(command);
        identity.AddTo(command);
        common.AddTo(command);
        command.SetAction(result =>
        {
            TrustStore trustStore = common.Open(result);
            bool isForced = result.GetValue(force);
            bool hasTransport = result.GetResult(transport) is { Implicit: false };
            string[] names = RegistryArgument.Get(result, registries, allowEmpty: isForced && hasTransport);
            bool inline = result.GetValue(inlineKey);
            bool copies = result.GetValue(copyKey);
            if (result.GetValue(keyDirectory) is not null && !copies)
                throw Together("--key-directory requires --copy-key.");
            if (result.GetValue(presets.Directory) is not null && result.GetValue(preset) is null)
                throw Together("--preset-directory requires --preset.");
            if ((result.GetValue(noStore) && result.GetValue(store) is not null)
                || (result.GetValue(noStaging) && result.GetValue(staging) is not null))
                throw Together("A store is given, and is to be taken away. Leave out the one or the other.");
            string Resolve(string path, string option) => inline || copies ? path : common.HostPath(result, path, option);
            RequirementOptions options = sigstore.Add(
                result,
                new RequirementOptions
                {
                    Type = ParseType(result.GetValue(type)),
                    KeyPaths = [.. (result.GetValue(key) ?? []).Select(k => Resolve(k, "--key"))],
                    InlineKey = inline,
                    CopyKey = copies,
                    KeyDirectory = result.GetValue(keyDirectory),
                    AnyKey = result.GetValue(anyKey),
                    SignedIdentity = identity.Get(result),
                },
                Resolve);
            options = sigstore.AddRoot(result, options, common.Messages(result));
            SetRequest request = new()
            {
                IsDefault = result.GetValue(setDefault),
                Registries = names,
                Transport = hasTransport ? result.GetValue(transport) : null,
                Preset = result.GetValue(preset),
                Presets = result.GetValue(preset) is null ? PresetCatalog.BuiltIn : presets.Load(result),
                Options = options,
                Stores = new LookasideSection
                {
                    SignatureStore = result.GetValue(store),
                    SignatureStoreStaging = result.GetValue(staging),
                    UseSigstoreAttachments = result.GetValue(attachments),
                },
                WithoutStore = result.GetValue(noStore),
                WithoutStaging = result.GetValue(noStaging),
                Force = isForced,
            };
            return Changes.Make(trustStore, request.ToChanges(trustStore), result.GetValue(dryRun));
        });
        return command;
    }

    private static TrustException Together(string message) => new("ParametersNotTogether", TrustErrorKind.InvalidArgument, message);

    private static TrustType? ParseType(string? type) => type?.ToLowerInvariant() switch
    {
        null => null,
        "signedby" => TrustType.SignedBy,
        "sigstoresigned" => TrustType.SigstoreSigned,
        "accept" or "insecureacceptanything" => TrustType.Accept,
        "reject" => TrustType.Reject,
        _ => throw new TrustException(
            "InvalidType", TrustErrorKind.InvalidArgument,
            $"--type {type} is unknown; possible are signedBy, sigstoreSigned, accept and reject."),
    };
}
