import { t, type TextKey } from '../texts/index.ts'

/** What the engine calls a failure, and where its name for people stands. */
const REASONS: Readonly<Record<string, TextKey>> = {
  'dns-failed': 'reasons.dnsFailed',
  'dns-not-found': 'reasons.dnsNotFound',
  'connection-reset': 'reasons.connectionReset',
  'connection-refused': 'reasons.connectionRefused',
  'connect-timeout': 'reasons.connectTimeout',
  timeout: 'reasons.timeout',
  'network-unreachable': 'reasons.networkUnreachable',
  'host-unreachable': 'reasons.hostUnreachable',
  'fetch-failed': 'reasons.fetchFailed',
  'bad-response': 'reasons.badResponse',
  'body-incomplete': 'reasons.bodyIncomplete',
  'too-many-redirects': 'reasons.tooManyRedirects',
  'private-address': 'reasons.privateAddress',
  'bad-address': 'reasons.badAddress',
  'robots-txt': 'reasons.robotsTxt',
  'robots-txt-unreachable': 'reasons.robotsTxtUnreachable',
  'x-robots-tag': 'reasons.xRobotsTag',
  'not-in-archives': 'reasons.notInArchives',
  'not-in-folder': 'reasons.notInFolder',
  'not-beside-table': 'reasons.notBesideTable',
  'table-folder-gone': 'reasons.tableFolderGone',
  'blob-missing': 'reasons.blobMissing',
  'blob-lost': 'reasons.blobLost',
  'blob-damaged': 'reasons.blobDamaged',
  damaged: 'reasons.damaged',
  truncated: 'reasons.truncated',
  empty: 'reasons.empty',
  unreadable: 'reasons.unreadable',
  'too-large': 'reasons.tooLarge',
  'too-many-pixels': 'reasons.tooManyPixels',
  'decoder-timeout': 'reasons.decoderTimeout',
  'decoder-crashed': 'reasons.decoderCrashed',
  'decoder-out-of-memory': 'reasons.decoderOutOfMemory',
  'picture-not-scored': 'reasons.pictureNotScored',
  'not-a-picture html': 'reasons.notAPictureHtml',
  unsupported: 'reasons.unsupported',
  'wrong-content-length': 'reasons.wrongContentLength',
  'wrong-separator': 'reasons.wrongSeparator',
  'truncated-record': 'reasons.truncatedRecord',
  'truncated-gzip': 'reasons.truncatedGzip',
  'corrupt-gzip': 'reasons.corruptGzip',
  'bad-record-header': 'reasons.badRecordHeader',
  'no-target-uri': 'reasons.noTargetUri',
  garbage: 'reasons.garbage',
  'cut-block': 'reasons.cutBlock',
  'not-http': 'reasons.notHttp',
  'damaged-body': 'reasons.damagedBody',
  'html-too-long': 'reasons.htmlTooLong',
  'empty-file': 'reasons.emptyFile',
  'not-an-archive': 'reasons.notAnArchive',
  'not-a-zip': 'reasons.notAZip',
  'no-archive-in-wacz': 'reasons.noArchiveInWacz',
  'encrypted-entry': 'reasons.encryptedEntry',
  'unsupported-encoding': 'reasons.unsupportedEncoding',
  'page-timeout': 'reasons.pageTimeout',
  'page-crash': 'reasons.pageCrash',
  'page-out-of-memory': 'reasons.pageOutOfMemory',
  'extraction-error': 'reasons.extractionError',
  'ragged-row': 'reasons.raggedRow',
  'not-an-object': 'reasons.notAnObject',
  'span-not-predicted': 'reasons.spanNotPredicted',
}

/** A reason of the engine as people read it; one that is not known keeps its own word. */
export function reasonName(reason: string): string {
  const key = REASONS[reason]
  if (key) return t(key)
  const status = /^http-(\d{3})$/.exec(reason)?.[1]
  if (status) return t('reasons.http', { status })
  const what = /^not-a-picture (.+)$/.exec(reason)?.[1]
  return what ? t('reasons.notAPicture', { what }) : reason
}
