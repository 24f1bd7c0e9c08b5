// The settings of the embedded server, given on its command line, so that nothing in the data folder can undo them.

export type Settings = Readonly<Record<string, string>>;

const DEFAULTS: Settings = {
  // Nothing but the Unix socket.
  listen_addresses: '',
  unix_socket_permissions: '0700',
  // Capture reads changes by logical replication.
  wal_level: 'logical',
  max_wal_senders: '20',
  max_replication_slots: '20',
  // A capture that stays away does not fill the disk: beyond this its slot is lost, and the gap becomes an event.
  max_slot_wal_keep_size: '8GB',
  wal_sender_timeout: '30s',
  // What was acknowledged is on the disk.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  max_connections: '100',
  max_wal_size: '2GB',
  // Short statements of known shape: compiling them costs more than it saves.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%u@%d ',
  password_encryption: 'scram-sha-256',
};

/**
 * @param socketFolder `unix_socket_directories` is a list, so the one name in it is quoted
 * @returns arguments for postgres: `-D folder -c name=value ...`; `extra` outranks our own
 */
export function serverArguments(data: string, socketFolder: string, extra: Settings): string[] {
  const all = { ...DEFAULTS, ...extra, unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"` };
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
