using System.Formats.Asn1;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// An extension is DER, but says something that cannot be understood: its certificate is not used. Never leaves
/// <see cref="SigstoreCertificate"/>.
/// </summary>
/// <param name="problem">What is wrong with the certificate, a clause.</param>
internal sealed class UnreadableExtensionException(string problem) : AsnContentException(problem);
