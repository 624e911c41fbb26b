import type { ImageStatus } from '#shared/domain.ts'
import { t, type TextKey } from '../texts/index.ts'
import { STATUS_NAMES } from './text-sources.ts'

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
  'text-not-looked-for': 'reasons.textNotLookedFor',
  'not-a-picture html': 'reasons.notAPictureHtml',
  unsupported: 'reasons.unsupported',
  'wrong-content-length': 'reasons.wrongContentLength',
  'wrong-separator': 'reasons.wrongSeparator',
  'bad-listing': 'reasons.badListing',
  'no-listing': 'reasons.noListing',
  'listed-pair-not-found': 'reasons.listedPairNotFound',
  'truncated-record': 'reasons.truncatedRecord',
  'truncated-gzip': 'reasons.truncatedGzip',
  'corrupt-gzip': 'reasons.corruptGzip',
  'bad-record-header': 'reasons.badRecordHeader',
  'no-target-uri': 'reasons.noTargetUri',
  garbage: 'reasons.garbage',
  'cut-block': 'reasons.cutBlock',
  'damaged-body': 'reasons.damagedBody',
  'not-well-formed': 'reasons.notWellFormed',
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
  'table-damaged': 'reasons.tableDamaged',
  'table-not-taken': 'reasons.tableNotTaken',
  'bad-json': 'reasons.badJson',
  'bad-score': 'reasons.badScore',
  'line-too-long': 'reasons.lineTooLong',
  'no-such-image': 'reasons.noSuchImage',
  'wat-file': 'reasons.watFile',
  'wet-file': 'reasons.wetFile',
  'no-answers': 'reasons.noAnswers',
  'no-pages': 'reasons.noPages',
  'record-type': 'reasons.recordType',
  status: 'reasons.status',
  'other-type': 'reasons.otherType',
  'no-http': 'reasons.notHttp',
  'empty-body': 'reasons.emptyBody',
  'part-of-a-body': 'reasons.partOfABody',
  'redirect-nowhere': 'reasons.redirectNowhere',
  'same-place': 'reasons.samePlace',
  'not-counted': 'reasons.notCounted',
  'data-uri': 'reasons.dataUri',
  'not-listed': 'reasons.notListed',
  tracker: 'reasons.tracker',
  'noscript-twin': 'reasons.noscriptTwin',
  'no-address': 'reasons.noAddress',
  'not-http': 'reasons.otherScheme',
  'ragged-row': 'reasons.raggedRow',
  'not-an-object': 'reasons.notAnObject',
  'row-too-long': 'reasons.rowTooLong',
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

/** Why a picture is not there, beside the name of its state; null where that says it all. */
export function pictureReason(status: ImageStatus, error: string | null): string | null {
  if (!error) return null
  const name = reasonName(error)
  return name === STATUS_NAMES[status] ? null : name
}
