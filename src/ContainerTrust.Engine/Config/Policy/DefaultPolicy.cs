namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// The policy.json of the upstream project, which Fedora, Debian and Ubuntu ship. RHEL's demands more: see <c>DistributionDefault</c>.
/// </summary>
internal static class DefaultPolicy
{
    /// <summary>The text: everything is accepted, and everything from the local docker daemon.</summary>
    public static ReadOnlySpan<byte> Text =>
        """
        {
            "default": [
                {
                    "type": "insecureAcceptAnything"
                }
            ],
            "transports": {
                "docker-daemon": {
                    "": [
                        {
                            "type": "insecureAcceptAnything"
                        }
                    ]
                }
            }
        }

        """u8;
}
