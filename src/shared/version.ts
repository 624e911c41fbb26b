import metadata from '../../package.json' with { type: 'json' }

/** Written beside everything that is made, so that one knows by which program it was made. */
export const SOFTWARE_VERSION = metadata.version
/** The same with the program's name, as it stands beside rows of a corpus. */
export const SOFTWARE = `Gleaner ${SOFTWARE_VERSION}`
