// The URL of the embedded server, over its Unix socket.

export const SUPERUSER = 'indelible';
const PORT = 5432;

// sockaddr_un: 108 bytes on Linux, 104 on macOS, the closing zero included.
const SOCKET_PATH_BYTES_MAX = process.platform === 'darwin' ? 103 : 107;

/** The socket that PostgreSQL makes in this folder. */
export function socketPath(folder: string): string {
  return `${folder}/.s.PGSQL.${PORT}`;
}

/** Whether a client can connect to the socket that PostgreSQL makes in this folder. */
export function socketFits(folder: string): boolean {
  return Buffer.byteLength(socketPath(folder)) <= SOCKET_PATH_BYTES_MAX;
}

/**
 * A URL that psql, libpq and node-postgres understand alike. The parameter `host` outranks the host name before it, which
 * stands there only because a URL with a user must have one (WHATWG URL, so that `new URL` reads it).
 *
 * @example databaseUrl('/run/x', 'secret', 'trail') // postgres://indelible:secret@localhost/trail?host=%2Frun%2Fx
 */
export function databaseUrl(socketFolder: string, password: string, database: string): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@localhost:${PORT}/${encodeURIComponent(database)}?host=${encodeURIComponent(socketFolder)}`;
}
