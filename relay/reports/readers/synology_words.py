"""DSM's sentences, in English and six more languages: what is told of which task or device.

Each rule is a whole sentence: the task or device, perhaps `on NAS`, and what happened to it, and
then at most another sentence. Bad ends stand before good ones, so that `was not completed` is no
end, and a task's name cannot speak for it.
What happens next: synology.py reads a notice with them.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

from relay.reports.lines.grammar import begins, fails, notes, succeeds, warns
from relay.reports.lines.notice import ANY

GREETINGS = (
    r"Dear (?:user|User|administrator)|Lieber (?:Benutzer|Nutzer)|Liebe[rn]? Benutzer(?:in)?|"
    r"Sehr geehrte[rs]? (?:Benutzer|Nutzer)(?:in)?|Ch(?:er|ère) (?:utilisateur|utilisatrice)|"
    r"Estimad[oa] (?:usuari[oa]|utilizador)|Gentile utente|Prezado usuário|Caro utilizador|"
    r"(?:Geachte|Beste) gebruiker"
)
_SYSTEM = r"(?i:synology|diskstation|rackstation)"
SIGNATURE = (
    rf"(?m)^\s*(?:{GREETINGS})\W*$|\A[^\n]*\n[^\n]*{_SYSTEM}|"
    rf"^(?:Sent by )?{_SYSTEM}(?: \w+)?\s*$"
)
"""DSM's greeting, its name in From, or below the text: scripts name their target elsewhere."""

_Q = r"[\"“”„«»' ]*"
_HOST = r"(?P<host>[\w.-]+)"
_ON_HOST = r" (?:on|auf|sur|en|su|em|op) [\w.-]+"
_ON = r"(?: (?:on|of|in|at|auf|von|sur|de|du|en|su|em|op) (?P<host>[\w.-]+))?"
_MORE = (
    r"(?:[.!:,;].*| (?:to|because|due|for|with|on|at|by|and|since|\(|\[|"
    r"wegen|auf|en raison|sur) ?.*)?"
)
_TAIL = r"(?:[.!](?: .*)?)?"

_TASK_WORDS = (
    r"[Bb]ackup (?:task|job|copy task)|[Rr]eplication(?: task)?|[Ss]ync(?:ing)? task|"
    r"[Rr]estoration(?: task)?|[Rr]estore task|[Cc]opy task|[Ss]cheduled task|[Tt]ask|"
    r"[Ii]ntegrity check|[Ss]napshot(?: task)?|[Bb]ackup|[Ss]hared [Ff]older|"
    r"[A-Za-zäöü]*(?:[Ss]icherungs|[Bb]ackup-?|[Rr]eplikations|[Ss]ynchronisierungs)[Aa]ufgabe|"
    r"[Aa]ufgabe|[Ss]icherung|[Ii]ntegritätsprüfung|[Rr]eplikation|"
    r"[Tt]âche(?: de (?:sauvegarde(?: (?:réseau|locale|de données))?|réplication))?|[Ss]auvegarde|"
    r"[Tt]area(?: de (?:copia de seguridad|respaldo|replicación))?|[Cc]opia de seguridad|"
    r"[Aa]ttività(?: di (?:backup|replica))?|[Tt]arefa(?: de (?:backup|cópia de segurança))?|"
    r"[Bb]ack-?uptaak|[Tt]aak"
)
_PRODUCT = (
    r"(?:(?:Active Backup for [A-Z]\w+(?: (?:365|Workspace))?|Snapshot Replication|Hyper Backup|"
    r"Cloud Sync|USB Copy)[: -]+)?"
)
_NAME = rf"{_Q}(?:for |of |von |de )?{_Q}(?P<job>(?:[^\"“”„«».]|\.[^ \"“”„«»])*?){_Q}{_ON}"
_TASK = rf"{_PRODUCT}(?:(?:[^.]|\.[^ ])*?\b)?(?:{_TASK_WORDS})(?:{_ON_HOST}|{_NAME}){_Q}"

_STORE = (
    r"(?P<job>(?:[Ss]torage [Pp]ool|[Vv]olume|[Ss]torage [Ss]pace|[Dd]isk [Gg]roup|RAID [Gg]roup|"
    r"[Dd]rive|[Dd]isk|[Hh]ard [Dd]isk|[Hh]ard [Dd]rive|SSD [Cc]ache|M\.2 [Dd]rive|Cache [Dd]evice|"
    r"[Ss]peicherpool|[Ff]estplatte|[Ll]aufwerk|[Dd]atenträger|[Vv]olume|"
    r"[Gg]roupe de stockage|[Pp]ool de stockage|[Dd]isque(?: dur)?|[Ll]ecteur) ?[\w-]*\d[\w-]*)"
)
_THING = rf"(?:.*?\b)?{_STORE}(?: \([^()]*\))?{_ON}"

_FAILED = (
    r"(?:(?:has|have|was|is) )?failed|could not be (?:completed|performed|run|taken|finished)|"
    r"(?:was|has) not (?:been )?(?:completed|performed|finished)|(?:was|has been) aborted|"
    r"ist fehlgeschlagen|fehlgeschlagen|(?:konnte|wurde|ist) (?:noch )?nicht .+|wurde abgebrochen|"
    r"a échoué|échoué|"
    r"n['’](?:a|est) pas .+|"
    r"ha fallado|no se (?:ha|pudo) .+|no ha .+|è fallit[ao]|non (?:è|riuscit[ao]).*|falhou|"
    r"não .+|(?:is )?mislukt|(?:is|kon|werd) niet .+"
)
_PARTIAL = (
    r"(?:(?:has|was|is) )?(?:been )?partially completed|(?:has )?partially (?:failed|succeeded)|"
    r"(?:is now complete|completed|has been completed) with (?:warnings?|errors?)|"
    r"(?:wurde |ist )?teilweise abgeschlossen|(?:s['’]est |est |a été )?partiellement .+|"
    r"(?:has been|was|is) (?:interrupted|suspended|skipped|cancel+ed|stopped)|"
    r"wurde (?:unterbrochen|angehalten|übersprungen)|a été (?:interrompue?|suspendue?|annulée?)|"
    r"(?:ist |wurde )?mit (?:Fehlern|Warnungen) (?:abgeschlossen|beendet)|"
    r"(?:[\pL'’]+ ){1,2}(?:avec des (?:erreurs|avertissements)|"
    r"con (?:errores|advertencias|errori|avvisi)|"
    r"com (?:erros|avisos)|met (?:fouten|waarschuwingen))|"
    r"(?:se ha |è stat[ao] |foi |is )?(?:completad[oa] |completat[ao] |concluíd[ao] |voltooid )?"
    r"(?:parcialmente|parzialmente|gedeeltelijk)\b.*"
)
_DONE = (
    r"is now complete|(?:has |was )?(?:been )?(?:successfully )?(?:completed|finished|succeeded)"
    r"(?: successfully)?|has been (?:completed )?successful(?:ly completed)?|"
    r"(?:ist|wurde) (?:nun |jetzt )?(?:erfolgreich )?(?:abgeschlossen|beendet)|"
    r"erfolgreich abgeschlossen|abgeschlossen|est (?:maintenant )?(?:terminée?|achevée?)|"
    r"(?:s['’]est terminée|a été (?:terminée|effectuée|réalisée))(?: avec succès)?|a réussi|"
    r"(?:se ha|ha sido) (?:completad[oa]|realizad[oa]|finalizad[oa])"
    r"(?: correctamente| con éxito)?|"
    r"è stat[ao] completat[ao](?: correttamente| con successo)?|"
    r"foi concluíd[ao](?: com (?:êxito|sucesso))?|is (?:met succes )?(?:voltooid|afgerond)"
)
_BROKEN = (
    r"(?:has |is |was |became )?(?:degraded|crashed|failed|failing|abnormal|[Cc]ritical)|"
    r"(?:is|was) (?:abnormally|improperly) unplugged|ist (?:degradiert|herabgestuft|abgestürzt|"
    r"beeinträchtigt|ausgefallen|fehlerhaft)|wurde (?:degradiert|herabgestuft)|est dégradée?|"
    r"s['’]est dégradée?|a été dégradée?|est en panne|"
    r"s['’]est bloquée?|est tombée? en panne"
)
_WEARING = (
    r"(?i:running out of space|almost out of space|low on (?:disk )?space|running low|bad sectors?|"
    r"reconnections?|re-identif|estimated lifespan|overheat|temperature|i/o error|"
    r"wenig speicherplatz|fehlerhafte sektoren|sektorenfehler|secteurs? défectueux|"
    r"presque plein|espace insuffisant)"
)
_MENDED = (
    r"(?:has (?:been )?(?:successfully )?|was )(?:repaired|rebuilt|expanded|scrubbed)|"
    r"(?:is|returned to|has returned to) (?:healthy|normal)|wurde repariert|a été réparée?"
)

NOTICE = notes(
    "notice",
    r"(?P<reason>.*(?:[Tt]est [Mm]essage from|[Tt]estnachricht|[Mm]essage de test|"
    r"[Nn]ew version|update|Update|out-of-date|has been blocked|blockiert|a été bloquée|"
    r"new sign-in|logged in|mise à jour|Aktualisierung).*)",
    mark=ANY,
    say="{reason}",
)
# A pattern that no line has: synology.py makes the statement itself.
UNHEARD = begins("unheard", r"\z\A", mark=ANY, say="")

RULES = (
    fails(
        "task-status",
        r"(?:Current status|Aktueller Status|[ÉE]tat actuel)\s*: ?(?P<exit_code>[1-9]\d*) \(.*\)",
        mark=ANY,
        say="the scheduled task ended with status {exit_code}",
        ends=True,
    ),
    succeeds(
        "task-normal",
        r"(?:Current status|Aktueller Status|[ÉE]tat actuel)\s*: ?(?P<exit_code>0) \(.*\)",
        mark=ANY,
    ),
    fails("corrupted", r"(?P<reason>.*(?:integrity check|[Bb]ackup).* corrupt(?:ed|ion).*)"),
    warns("partial", rf"{_TASK} (?P<reason>{_PARTIAL}){_MORE}", mark=ANY, say="{job} {reason}"),
    fails(
        "status",
        r"(?:Status|État|Statut)\s*: ?(?:Failed|Fehlgeschlagen|Échec) \((?P<reason>.+)\)",
        mark=ANY,
    ),
    fails("failed", rf"{_TASK} (?P<reason>{_FAILED}){_MORE}", mark=ANY, say="{job} {reason}"),
    fails("error", r"(?P<reason>.+ encountered an? (?:error|exception)\b.*)"),
    fails("failed-to", rf"(?P<reason>Failed to .*(?:{_TASK_WORDS}).*)", mark=ANY),
    fails("broken", rf"{_THING} (?P<reason>{_BROKEN}){_MORE}", mark=ANY, say="{job} {reason}"),
    fails(
        "status",
        rf"{_THING}(?:'s)? .*(?P<reason>S\.M\.A\.R\.T\..*(?:abnormal|failing|failed)|"
        rf"health status.*(?:[Cc]ritical|[Ff]ailing)).*",
        mark=ANY,
        say="{job}: {reason}",
    ),
    warns("wearing", rf"(?P<reason>(?:.*?\b)?{_STORE}.*?{_WEARING}.*)", mark=ANY),
    warns("wearing-on", rf"(?P<reason>.*{_WEARING}.*?\b{_STORE}.*)", mark=ANY),
    warns(
        "power",
        r"(?P<reason>.*(?P<job>UPS|USV|onduleur).*(?:battery mode|low battery|safe mode|"
        r"disconnected|power fail|Batteriemodus|Akkubetrieb|Batteriebetrieb|sicheren Modus|"
        r"mode batterie|mode sans échec|batterie faible).*)",
        mark=ANY,
    ),
    succeeds(
        "power-back",
        r".*(?P<job>UPS|USV|onduleur).*(?:AC mode|returned to|Netzbetrieb|"
        r"Wechselstrom|mode secteur).*",
        mark=ANY,
        say="power is back",
    ),
    warns(
        "hot",
        r"(?P<reason>.*(?:temperature (?:of|is)|overheat|too hot|Temperatur|température).*)",
        mark=ANY,
    ),
    fails(
        "fan",
        r"(?P<reason>.*\b(?P<job>[Ff]an(?: \d+)?)\b.*(?:fail|stopped|not working|abnormal).*)",
        mark=ANY,
    ),
    warns(
        "shutdown",
        r"(?P<reason>.*(?:improper(?:ly)? shut ?down|not shut ?down properly|"
        r"nicht ordnungsgemäß heruntergefahren|arrêté de manière incorrecte).*)",
        mark=ANY,
    ),
    succeeds("done", rf"{_TASK} (?:{_DONE}){_TAIL}", mark=ANY, say="{job} is complete"),
    succeeds("mended", rf"{_THING} (?P<reason>{_MENDED}){_TAIL}", mark=ANY, say="{job} {reason}"),
    succeeds(
        "checked",
        rf"(?:The |[Ss]cheduled )?(?:repair|[Dd]ata [Ss]crubbing|RAID [Ss]crubbing|expansion|"
        rf"[Ee]xtended test) "
        rf"(?:of|on|for) .*{_STORE}{_ON} (?:{_DONE}){_TAIL}",
        mark=ANY,
        say="{job}: finished",
    ),
    succeeds(
        "consistent",
        rf"{_HOST} has finished (?:checking|repairing|scrubbing|expanding|building) .+",
        say="finished",
    ),
    notes(
        "task",
        r"(?:Backup Task|Task|Aufgabe|Sicherungsaufgabe|Tâche(?: de sauvegarde)?)\s*: ?"
        r"(?P<job>.+)",
        mark=ANY,
    ),
    notes("duration", r"(?:Duration|Dauer|Durée)\s*: ?(?P<seconds>.+)", mark=ANY),
    begins("starts", rf"{_TASK} (?:has )?(?:been )?start(?:ed|s){_MORE}", mark=ANY),
    NOTICE,
    UNHEARD,
)
