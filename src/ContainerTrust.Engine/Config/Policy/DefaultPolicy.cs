namespace ContainerTrust.Engine.Config.Policy;

/// <summary>The policy.json that RHEL, Fedora and CentOS ship in containers-common.</summary>
public static class DefaultPolicy
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
