using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// One directory of containers-certs.d(5): <c>*.crt</c> are authorities trusted beside the system's, <c>NAME.cert</c> with
/// <c>NAME.key</c> a client certificate. All are PEM.
/// </summary>
/// <param name="Path">The directory.</param>
/// <param name="Authorities">The authorities of all <c>*.crt</c> files.</param>
/// <param name="Client">The client certificate with what completes its chain; null if there is none.</param>
internal sealed record CertificateDirectory(string Path, IReadOnlyList<X509Certificate2> Authorities, SslStreamCertificateContext? Client)
{
    /// <summary>
    /// Finds the directory for a server as containers/image does: the first that exists of the user's, podman's and docker's.
    /// </summary>
    /// <param name="host">Where the files are.</param>
    /// <param name="release">By whose rules.</param>
    /// <param name="hostAndPort">The server as images name it, <c>host[:port]</c>.</param>
    /// <param name="verbose">Told what is left out.</param>
    /// <returns>The path; null if there is none.</returns>
    /// <exception cref="TrustException">A path cannot be looked at.</exception>
    public static string? Find(ITrustHost host, ContainersRelease release, string hostAndPort, Action<string> verbose)
    {
        string[] paths = [.. new ContainersLookup(host, release).CertificateDirectories().Select(p => $"{p}/{hostAndPort}")];
        host.Prefetch(paths);
        foreach (string path in paths)
        {
            try
            {
                if (host.Exists(path))
                    return path;
            }
            catch (TrustException e) when (e.Kind == TrustErrorKind.PermissionDenied)
            {
                verbose($"Left out {path}: {e.Message}");
            }
        }

        return null;
    }

    /// <summary>Reads a directory.</summary>
    /// <param name="host">Where the files are.</param>
    /// <param name="path">The directory.</param>
    /// <param name="verbose">Told what is read, and what is left out.</param>
    /// <returns>Its certificates.</returns>
    /// <exception cref="TrustException">
    /// A file cannot be read, a client certificate lacks its key or the other way round, or they do not fit together.
    /// </exception>
    public static CertificateDirectory Read(ITrustHost host, string path, Action<string> verbose)
    {
        IReadOnlyList<string> names;
        try
        {
            names = host.ListDirectory(path);
        }
        catch (TrustException e) when (e.Kind == TrustErrorKind.PermissionDenied)
        {
            verbose($"Left out {path}: {e.Message}");
            return new CertificateDirectory(path, [], null);
        }

        List<X509Certificate2> authorities = [];
        SslStreamCertificateContext? client = null;
        foreach (string name in names)
        {
            string file = $"{path}/{name}";
            switch (System.IO.Path.GetExtension(name))
            {
                case ".crt":
                    List<X509Certificate2> found = ReadCertificates(Text(host, file), file, verbose);
                    verbose($"Read {found.Count} certificate authorities of {file}.");
                    authorities.AddRange(found);
                    break;
                case ".cert":
                    string key = System.IO.Path.ChangeExtension(name, ".key");
                    if (!names.Contains(key))
                        throw Incomplete(
                            file,
                            $"its key {key} is missing. Put the key beside it; a certificate authority must be named *.crt");
                    if (client is null)
                        client = ReadClient(host, file, $"{path}/{key}", verbose);
                    else
                        verbose($"Left out {file}: the first client certificate of the directory is used.");
                    break;
                case ".key":
                    if (!names.Contains(System.IO.Path.ChangeExtension(name, ".cert")))
                        throw Incomplete(file, $"its client certificate {System.IO.Path.ChangeExtension(name, ".cert")} is missing. Put " +
                            "the certificate beside it, or remove the key");
                    break;
            }
        }

        return new CertificateDirectory(path, authorities, client);
    }

    private static SslStreamCertificateContext ReadClient(ITrustHost host, string certificateFile, string keyFile, Action<string> verbose)
    {
        string certificates = Text(host, certificateFile);
        string key = Text(host, keyFile);
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(certificates, key);
            List<X509Certificate2> chain = ReadCertificates(certificates, certificateFile, verbose);
            verbose($"Read the client certificate {certificateFile}.");

            // Offline: nothing is downloaded to complete the chain.
            return SslStreamCertificateContext.Create(certificate, [.. chain.Skip(1)], offline: true);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new TrustException(
                "InvalidClientCertificate",
                TrustErrorKind.InvalidData,
                $"The client certificate {certificateFile} cannot be used with its key {keyFile}. Both must be PEM, " +
                "the key not encrypted, and they must belong together.",
                e)
            {
                Target = certificateFile,
            };
        }
    }

    private static List<X509Certificate2> ReadCertificates(string text, string file, Action<string> verbose)
    {
        List<X509Certificate2> certificates = [];
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            if (rest[fields.Label] is "CERTIFICATE")
            {
                byte[] data = new byte[fields.DecodedDataLength];
                Convert.TryFromBase64Chars(rest[fields.Base64Data], data, out _);
                try
                {
                    certificates.Add(X509CertificateLoader.LoadCertificate(data));
                }
                catch (CryptographicException)
                {
                    verbose($"Left out a certificate of {file} that cannot be read.");
                }
            }

            rest = rest[fields.Location.End..];
        }

        if (certificates.Count == 0)
            verbose($"There is no PEM certificate in {file}.");
        return certificates;
    }

    private static string Text(ITrustHost host, string file) =>
        host.TryReadFile(file, WebLimits.ConfigurationFile) is { } read ? Encoding.Latin1.GetString(read.Content.Span) : "";

    private static TrustException Incomplete(string file, string problem) =>
        new("IncompleteClientCertificate", TrustErrorKind.InvalidData, $"{file} cannot be used: {problem}.") { Target = file };
}
