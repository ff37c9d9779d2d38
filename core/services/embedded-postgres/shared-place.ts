/** Where root keeps what the database's user has to reach and can't below the data folder. Only root can write to it. */
export const sharedPlace = "/var/lib/cocov";
