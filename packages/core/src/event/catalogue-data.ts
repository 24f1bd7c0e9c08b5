// The rows of the catalogue: nouns of a platform by group, verbs, and actions that stand for themselves.
// Controls: PCI DSS 4.0 requirement 10.2.1, HIPAA 45 CFR 164, SOC 2 common criteria. Classes: OCSF 1.3.

import type { Category, Operation, Outcome, Severity } from './types.ts';
import type { CatalogueEntry, OcsfClass } from './catalogue.ts';

const ACCOUNT_CHANGE: OcsfClass = { uid: 3001, name: 'Account Change' };
const AUTHENTICATION: OcsfClass = { uid: 3002, name: 'Authentication' };
const ENTITY_MANAGEMENT: OcsfClass = { uid: 3004, name: 'Entity Management' };
const USER_ACCESS: OcsfClass = { uid: 3005, name: 'User Access Management' };
const GROUP_MANAGEMENT: OcsfClass = { uid: 3006, name: 'Group Management' };
const EVENT_LOG: OcsfClass = { uid: 1008, name: 'Event Log Activity' };
const DATASTORE: OcsfClass = { uid: 6005, name: 'Datastore Activity' };
/** Looking at resources, whichever they are. */
export const READING_CLASS: OcsfClass = { uid: 6001, name: 'Web Resources Activity' };

export interface NounGroup {
  readonly nouns: readonly string[];
  /** The verbs that make the group's known actions. */
  readonly verbs: readonly string[];
  readonly category: Category;
  readonly severity?: Severity;
  readonly ocsf: OcsfClass;
  readonly tags?: readonly string[];
  readonly readSeverity?: Severity;
  readonly readTags?: readonly string[];
}

const words = (text: string): string[] => text.split(' ');
const CHANGES = words('created updated deleted');

export const NOUNS: readonly NounGroup[] = [
  {
    nouns: words(
      'bot agent assistant dataset record skillset ability integration file document conversation message task ' +
        'contact space blueprint portal project webhook configuration setting environment model prompt tool policy ' +
        'comment',
    ),
    verbs: words('created updated deleted imported archived restored'),
    category: 'resource',
    ocsf: ENTITY_MANAGEMENT,
  },
  {
    nouns: words('secret'),
    verbs: words('created updated deleted rotated'),
    category: 'resource',
    severity: 'medium',
    ocsf: ENTITY_MANAGEMENT,
    tags: ['pci:10.2.1.5'],
    readSeverity: 'medium',
    readTags: ['pci:10.2.1.2'],
  },
  {
    nouns: words('session'),
    verbs: words('created revoked expired deleted'),
    category: 'authentication',
    ocsf: AUTHENTICATION,
    tags: ['hipaa:164.312(d)', 'soc2:CC6.1'],
  },
  {
    nouns: words('api_key api_token access_token viewer_token credential passkey password mfa'),
    verbs: words('created updated deleted revoked rotated'),
    category: 'authentication',
    severity: 'medium',
    ocsf: ACCOUNT_CHANGE,
    tags: ['pci:10.2.1.5', 'soc2:CC6.1'],
  },
  {
    nouns: words('role permission grant'),
    verbs: words('created updated deleted granted revoked assigned unassigned'),
    category: 'authorization',
    severity: 'medium',
    ocsf: USER_ACCESS,
    tags: ['pci:10.2.1.5', 'soc2:CC6.3'],
  },
  {
    nouns: words('member membership'),
    verbs: words('created updated deleted added removed invited'),
    category: 'authorization',
    severity: 'low',
    ocsf: GROUP_MANAGEMENT,
    tags: ['pci:10.2.1.5', 'soc2:CC6.3'],
  },
  {
    nouns: words('share invitation access_request'),
    verbs: words('created updated deleted accepted revoked'),
    category: 'authorization',
    severity: 'low',
    ocsf: USER_ACCESS,
    tags: ['soc2:CC6.3'],
  },
  {
    nouns: words('user account'),
    verbs: words('created updated deleted suspended reactivated invited'),
    category: 'administration',
    severity: 'low',
    ocsf: ACCOUNT_CHANGE,
    tags: ['pci:10.2.1.5', 'soc2:CC6.2'],
  },
  {
    nouns: words('organization organisation team workspace tenant'),
    verbs: words('created updated deleted suspended'),
    category: 'administration',
    severity: 'low',
    ocsf: GROUP_MANAGEMENT,
    tags: ['pci:10.2.1.2'],
  },
  {
    nouns: words('subscription invoice payment payment_method plan billing'),
    verbs: words('created updated deleted upgraded downgraded cancelled paid'),
    category: 'administration',
    ocsf: ENTITY_MANAGEMENT,
  },
  {
    nouns: words('platform security_policy system'),
    verbs: [...CHANGES, 'changed'],
    category: 'system',
    severity: 'medium',
    ocsf: ENTITY_MANAGEMENT,
    tags: ['pci:10.2.1.2', 'soc2:CC8.1'],
  },
  // Families whose known actions are listed one by one below; a further action of theirs gets their category.
  {
    nouns: words('auth authentication login login_attempt sso'),
    verbs: [],
    category: 'authentication',
    ocsf: AUTHENTICATION,
    tags: ['hipaa:164.312(d)', 'soc2:CC6.1'],
  },
  { nouns: words('audit'), verbs: [], category: 'access', ocsf: EVENT_LOG, tags: ['pci:10.2.1.3'], readTags: ['pci:10.2.1.3'] },
  { nouns: words('capture retention'), verbs: [], category: 'system', ocsf: EVENT_LOG, tags: ['soc2:CC7.2'] },
  { nouns: words('schema'), verbs: [], category: 'system', ocsf: DATASTORE, tags: ['pci:10.2.1.7', 'soc2:CC8.1'] },
];

interface VerbRule {
  readonly operation: Operation;
  /** True when the verb means use of a resource without a change. */
  readonly access?: boolean;
  /** True when the verb neither changes nor uses anything: then nothing of what a change of the noun weighs counts. */
  readonly untouched?: boolean;
  readonly category?: Category;
  readonly outcome?: Outcome;
  readonly severity?: Severity;
}

const verbs = (text: string, rule: VerbRule): [string, VerbRule][] => words(text).map((verb) => [verb, rule]);

export const VERBS: ReadonlyMap<string, VerbRule> = new Map([
  ...verbs('created added uploaded imported invited registered issued duplicated copied cloned installed opened', { operation: 'create' }),
  ...verbs('granted assigned shared', { operation: 'create', category: 'authorization', severity: 'low' }),
  ...verbs('updated changed edited modified renamed moved enabled archived unarchived restored published unpublished', {
    operation: 'update',
  }),
  ...verbs('commented labelled rebuilt', { operation: 'update' }),
  ...verbs('rotated reset upgraded downgraded paid cancelled reactivated accepted linked connected configured altered set', {
    operation: 'update',
  }),
  ...verbs('blocked rejected', { operation: 'update', severity: 'low' }),
  ...verbs('disabled suspended locked unlocked unlinked disconnected', { operation: 'update', severity: 'low' }),
  ...verbs('dropped', { operation: 'delete', severity: 'medium' }),
  ...verbs('deleted removed destroyed purged erased pruned uninstalled expired', { operation: 'delete', severity: 'low' }),
  ...verbs('truncated', { operation: 'delete', severity: 'high' }),
  ...verbs('revoked unassigned unshared', { operation: 'delete', category: 'authorization', severity: 'low' }),
  ...verbs('viewed read listed accessed previewed queried searched', { operation: 'read', access: true }),
  ...verbs('downloaded exported printed', { operation: 'read', access: true, severity: 'low' }),
  // What was there when the capture began: read by the trail itself, not by anybody who used it.
  ...verbs('observed', { operation: 'read', untouched: true }),
  ...verbs('failed', { operation: 'execute', outcome: 'failure', severity: 'low' }),
  ...verbs('denied', { operation: 'execute', outcome: 'denied', severity: 'medium' }),
]);

type ExactRow = Pick<CatalogueEntry, 'action'> & Partial<CatalogueEntry>;

const TRAIL_TAGS = ['pci:10.2.1.3', 'hipaa:164.312(b)', 'soc2:CC7.2'];
const LOGGING_TAGS = ['pci:10.2.1.6', 'hipaa:164.312(b)', 'soc2:CC7.2'];
const LOGIN_TAGS = ['hipaa:164.312(d)', 'soc2:CC6.1'];
const LOGIN_FAILED_TAGS = ['pci:10.2.1.4', 'hipaa:164.308(a)(5)(ii)(C)', 'soc2:CC6.1'];
const CREDENTIAL_TAGS = ['pci:10.2.1.5', 'hipaa:164.312(d)', 'soc2:CC6.1'];

const login = (action: string, outcome: Outcome, severity: Severity, tags: readonly string[]): ExactRow => ({
  action,
  category: 'authentication',
  operation: 'execute',
  outcome,
  severity,
  ocsf: AUTHENTICATION,
  tags,
});
const credential = (action: string, severity: Severity): ExactRow => ({
  action,
  category: 'authentication',
  operation: 'update',
  outcome: 'success',
  severity,
  ocsf: ACCOUNT_CHANGE,
  tags: CREDENTIAL_TAGS,
});
const trail = (action: string, operation: Operation, severity: Severity, tags: readonly string[] = LOGGING_TAGS): ExactRow => ({
  action,
  category: 'system',
  operation,
  outcome: 'success',
  severity,
  ocsf: EVENT_LOG,
  tags,
});
const reading = (action: string, severity: Severity): ExactRow => ({
  action,
  category: 'access',
  operation: 'read',
  outcome: 'success',
  severity,
  ocsf: EVENT_LOG,
  tags: TRAIL_TAGS,
});

/** Objects of a schema whose loss matters; a policy is one of row-level security, and not a resource of a platform. */
const SCHEMA_OBJECTS = words(
  'table table_column table_constraint view materialized_view type schema function procedure trigger policy extension publication publication_relation',
);
const ddl = (action: string, operation: Operation, severity: Severity): ExactRow => ({
  action,
  category: 'system',
  operation,
  outcome: 'success',
  severity,
  ocsf: DATASTORE,
  tags: ['pci:10.2.1.7', 'soc2:CC8.1'],
});

export const EXACT: readonly ExactRow[] = [
  login('auth.login.succeeded', 'success', 'info', LOGIN_TAGS),
  login('auth.login.failed', 'failure', 'low', LOGIN_FAILED_TAGS),
  login('auth.login.blocked', 'denied', 'medium', LOGIN_FAILED_TAGS),
  login('auth.logout', 'success', 'info', LOGIN_TAGS),
  login('auth.mfa.succeeded', 'success', 'info', LOGIN_TAGS),
  login('auth.mfa.failed', 'failure', 'low', LOGIN_FAILED_TAGS),
  login('auth.impersonation.started', 'success', 'high', ['pci:10.2.1.2', 'soc2:CC6.1']),
  login('auth.impersonation.ended', 'success', 'info', ['pci:10.2.1.2', 'soc2:CC6.1']),
  credential('auth.mfa.enabled', 'info'),
  credential('auth.mfa.disabled', 'medium'),
  credential('auth.password.changed', 'low'),
  credential('auth.password.reset', 'medium'),
  credential('auth.email.changed', 'medium'),
  {
    action: 'auth.password.reset_requested',
    category: 'authentication',
    operation: 'execute',
    severity: 'low',
    ocsf: ACCOUNT_CHANGE,
    tags: CREDENTIAL_TAGS,
  },
  reading('audit.viewed', 'info'),
  reading('audit.searched', 'info'),
  reading('audit.exported', 'medium'),
  reading('audit.export.completed', 'info'),
  reading('audit.export.cancelled', 'info'),
  reading('audit.export.downloaded', 'medium'),
  reading('audit.proof.viewed', 'info'),
  reading('audit.verified', 'info'),
  trail('log.created', 'create', 'info'),
  trail('log.succeeded', 'update', 'high'),
  trail('log.key.rotated', 'update', 'medium'),
  trail('capture.gap', 'execute', 'critical'),
  trail('capture.coverage', 'execute', 'medium'),
  trail('capture.mapping', 'update', 'high'),
  trail('capture.started', 'execute', 'info'),
  trail('capture.baseline', 'execute', 'info'),
  trail('capture.stopped', 'execute', 'high'),
  trail('retention.changed', 'update', 'high'),
  trail('retention.pruned', 'delete', 'medium', ['soc2:CC7.2', 'gdpr:5(1)(e)']),
  trail('subject.erased', 'delete', 'high', ['gdpr:17']),
  trail('hold.created', 'create', 'medium'),
  trail('hold.released', 'delete', 'high'),
  ...SCHEMA_OBJECTS.flatMap((type) => [
    ddl(`schema.${type}.created`, 'create', 'low'),
    ddl(`schema.${type}.altered`, 'update', 'medium'),
    ddl(`schema.${type}.dropped`, 'delete', 'high'),
  ]),
  ddl('schema.table.rebuilt', 'update', 'medium'),
  ddl('schema.table.granted', 'update', 'medium'),
  ddl('schema.table.revoked', 'update', 'medium'),
  { action: 'account.suspended', severity: 'medium' },
  { action: 'organization.deleted', severity: 'high' },
];
