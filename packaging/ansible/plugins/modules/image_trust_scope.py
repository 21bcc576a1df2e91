#!/usr/bin/python
# Copyright: ContainerTrust contributors. See LICENSE.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: image_trust_scope
short_description: What a host demands of the images of one scope
description:
  - Sets or removes one scope's entry in policy.json and its signature stores in registries.d. Everything else in the files stays as it is, byte by byte.
  - What is left out stays as it is on the host. An entry that does not exist yet needs I(requirements).
  - Nothing is written that a release on the host would refuse, and an entry whose key file is missing or has no key that can sign is an error.
requirements:
  - the C(containertrust) command on the managed host
options:
  scope:
    description: A registry, namespace, repository or image, or C(*.example.com). Empty for all of a transport.
    type: str
  transport:
    description: The scope's transport. C(docker) if left out.
    type: str
  default:
    description: The policy's default, in place of I(scope) and I(transport).
    type: bool
    default: false
  requirements:
    description: The requirements, as policy.json has them. All of them must hold.
    type: list
    elements: dict
  signature_store:
    description: URL of the store that signatures are read from (C(lookaside)).
    type: str
  signature_store_staging:
    description: URL of the store that signatures are written to (C(lookaside-staging)).
    type: str
  use_sigstore_attachments:
    description: Whether sigstore signatures are read from the registry itself.
    type: bool
  state:
    description: C(absent) removes the entry and its section. The default cannot go.
    type: str
    choices: [present, absent]
    default: present
  root:
    description: A directory that is another host's root, such as a mounted image.
    type: path
  executable:
    description: The command, if it is not on the path.
    type: str
    default: containertrust
author: ContainerTrust contributors
'''

EXAMPLES = r'''
- name: Red Hat's registry, by its release key
  containertrust.trust.image_trust_scope:
    scope: registry.redhat.io
    requirements:
      - type: signedBy
        keyType: GPGKeys
        keyPath: /etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release
    signature_store: https://registry.redhat.io/containers/sigstore

- name: Nothing else
  containertrust.trust.image_trust_scope:
    default: true
    requirements:
      - type: reject

- name: Forget a scope
  containertrust.trust.image_trust_scope:
    scope: registry.example.com/old
    state: absent
'''

RETURN = r'''
properties:
  description: Names of the properties that changed, or would change in check mode.
  returned: success
  type: list
  elements: str
state:
  description: The entry as it is afterwards, or would be in check mode.
  returned: success
  type: dict
policy_path:
  description: The policy.json that was looked at.
  returned: success
  type: str
'''

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.containertrust.trust.plugins.module_utils.containertrust import apply


def main():
    module = AnsibleModule(
        argument_spec=dict(
            scope=dict(type='str'),
            transport=dict(type='str'),
            default=dict(type='bool', default=False),
            requirements=dict(type='list', elements='dict'),
            signature_store=dict(type='str'),
            signature_store_staging=dict(type='str'),
            use_sigstore_attachments=dict(type='bool'),
            state=dict(type='str', choices=['present', 'absent'], default='present'),
            root=dict(type='path'),
            executable=dict(type='str', default='containertrust'),
        ),
        supports_check_mode=True,
    )
    given = module.params
    if given['default'] == (given['scope'] is not None):
        module.fail_json(msg='Specify either scope or default: true.')
    if given['default'] and given['transport'] is not None:
        module.fail_json(msg='The default has no transport. Leave out transport.')
    properties = dict((name, value) for name, value in (
        ('scope', given['scope']),
        ('transport', given['transport']),
        ('requirements', given['requirements']),
        ('signatureStore', given['signature_store']),
        ('signatureStoreStaging', given['signature_store_staging']),
        ('useSigstoreAttachments', given['use_sigstore_attachments']),
        ('root', given['root']),
    ) if value is not None)
    if given['default']:
        properties['default'] = True
    if given['state'] == 'absent':
        extra = [n for n in ('requirements', 'signature_store', 'signature_store_staging', 'use_sigstore_attachments') if given[n] is not None]
        if extra:
            module.fail_json(msg='An entry that is to go has no %s. Leave that out.' % ', '.join(extra))
        properties['_exist'] = False
    apply(module, 'scope', properties, given['scope'] if given['scope'] is not None else 'default')


if __name__ == '__main__':
    main()
