/**
 * application/conference-info+xml: a conference and who takes part in it. RFC 4575
 *
 * Sidebars and the dialogs of others (`call-info`) have no place in the service: read past, never written.
 */

/** Whether an element is all there is, what changed in it, or gone. RFC 4575 §4.4 */
export type ElementState = (typeof ELEMENT_STATES)[number];

/** One document, as a notification carries it. */
export interface ConferenceDocument {
  /** The URI of the conference. */
  readonly entity: string;
  readonly state: ElementState;
  /** Rises by one with each document of a subscription. RFC 4575 §5.2 */
  readonly version: number;
  readonly description: ConferenceDescription | undefined;
  readonly host: ConferenceHost | undefined;
  readonly status: ConferenceStatus | undefined;
  readonly users: UsersElement | undefined;
}

/** What hardly ever changes. RFC 4575 §5.3 */
export interface ConferenceDescription {
  readonly displayText: string | undefined;
  readonly subject: string | undefined;
  readonly freeText: string | undefined;
  readonly keywords: readonly string[];
  /** Where the conference is reached. RFC 4575 §5.3.1 */
  readonly confUris: readonly ConferenceUri[];
  /** What else belongs to it: web pages, recordings. RFC 4575 §5.3.2 */
  readonly serviceUris: readonly ConferenceUri[];
  readonly maximumUserCount: number | undefined;
  readonly availableMedia: readonly AvailableMedia[];
}

export interface ConferenceUri {
  readonly uri: string;
  readonly displayText: string | undefined;
  /** `participation`, `grouptextchat` (RFC 7106), `web-page` and what others register. */
  readonly purpose: string | undefined;
}

/** RFC 4575 §5.3.4 */
export interface AvailableMedia {
  readonly label: string;
  readonly displayText: string | undefined;
  /** As in SDP: `message`. */
  readonly type: string;
  readonly status: MediaDirection | undefined;
}

/** Who hosts the conference. RFC 4575 §5.4 */
export interface ConferenceHost {
  readonly displayText: string | undefined;
  readonly webPage: string | undefined;
  readonly uris: readonly ConferenceUri[];
}

/** RFC 4575 §5.5. One piece: what a document leaves out here is no longer said. */
export interface ConferenceStatus {
  readonly userCount: number | undefined;
  readonly active: boolean | undefined;
  /** Nobody can join. */
  readonly locked: boolean | undefined;
}

export interface UsersElement {
  readonly state: ElementState;
  readonly users: readonly UserElement[];
}

/** One who takes part. RFC 4575 §5.6 */
export interface ConferenceUser {
  /** Names him in the conference, and says nothing else of one who wants no name. */
  readonly entity: string;
  /** He is the one to whom the document is sent. Appendix M */
  readonly yourOwn: boolean;
  readonly displayText: string | undefined;
  /** RFC 6501, RFC 7701 §7.4 */
  readonly nickname: string | undefined;
  readonly associatedAors: readonly ConferenceUri[];
  readonly roles: readonly string[];
  readonly languages: readonly string[];
  readonly cascadedFocus: string | undefined;
  readonly endpoints: readonly Endpoint[];
}

/** A user as a document tells of him; with state `partial` what is absent did not change. */
export interface UserElement extends ConferenceUser {
  readonly state: ElementState;
  readonly endpoints: readonly EndpointElement[];
}

/** One of his devices. RFC 4575 §5.7 */
export interface Endpoint {
  readonly entity: string;
  readonly displayText: string | undefined;
  readonly referred: Execution | undefined;
  readonly status: EndpointStatus | undefined;
  readonly joiningMethod: JoiningMethod | undefined;
  readonly joiningInfo: Execution | undefined;
  readonly disconnectionMethod: DisconnectionMethod | undefined;
  readonly disconnectionInfo: Execution | undefined;
  readonly media: readonly EndpointMedia[];
}

export interface EndpointElement extends Endpoint {
  readonly state: ElementState;
}

/** When, why and by whom something was done. RFC 4575 §5.7.2 */
export interface Execution {
  /** A date and time of RFC 3339, as written. */
  readonly when: string | undefined;
  readonly reason: string | undefined;
  readonly by: string | undefined;
}

/** RFC 4575 §5.8 */
export interface EndpointMedia {
  readonly id: string;
  readonly displayText: string | undefined;
  readonly type: string | undefined;
  readonly label: string | undefined;
  readonly srcId: string | undefined;
  readonly status: MediaDirection | undefined;
}

export type EndpointStatus = (typeof ENDPOINT_STATUSES)[number];
export type JoiningMethod = (typeof JOINING_METHODS)[number];
export type DisconnectionMethod = (typeof DISCONNECTION_METHODS)[number];
/** From the participant's point of view. RFC 4575 §5.8.5 */
export type MediaDirection = (typeof MEDIA_DIRECTIONS)[number];

export const CONFERENCE_INFO_TYPE = "application/conference-info+xml";
export const CONFERENCE_INFO = "urn:ietf:params:xml:ns:conference-info";
export const XCON = "urn:ietf:params:xml:ns:xcon-conference-info"; // RFC 6501

/** Purpose of a URI at which an IM group is joined. RFC 7106 */
export const GROUP_TEXT_CHAT = "grouptextchat";

/** Purpose of a URI at which its picture is: as of Call-Info. RFC 3261 §20.9 */
export const ICON = "icon";

export const ELEMENT_STATES = ["full", "partial", "deleted"] as const;
export const ENDPOINT_STATUSES = [
  "pending",
  "dialing-out",
  "dialing-in",
  "alerting",
  "on-hold",
  "connected",
  "muted-via-focus",
  "disconnecting",
  "disconnected",
] as const; // RFC 4575 §5.7.3
export const JOINING_METHODS = ["dialed-in", "dialed-out", "focus-owner"] as const; // RFC 4575 §5.7.4
export const DISCONNECTION_METHODS = ["departed", "booted", "failed", "busy"] as const; // RFC 4575 §5.7.6
export const MEDIA_DIRECTIONS = ["recvonly", "sendonly", "sendrecv", "inactive"] as const;
