"""Mail of shops, newsletters and accounts: automatic, but no report on any job.

`Your order has failed` is nobody's backup. Only a sender that takes no replies or a list counts,
only with words of trade or accounts, and with more of them where the text speaks of backups, jobs
or hosts: what is not surely one of these stays unrecognised, which is urgent.
A tool that speaks in such a mail in its own grammar is heard all the same.
What happens next: combine.py weighs it against the tools.
"""

from relay.reports.claim import fold
from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.mask import mask
from relay.reports.report import Evidence, Kind, Verdict
from relay.reports.senders import ROLES, address

MARKS = ""
_LOOKED_AT = 80
_FEW, _SOME, _MANY = 1, 2, 3
# Who sells or advertises; the rest of the senders may be anybody's service.
_SELLERS = (
    *("news", "newsletter", "shop", "order", "billing", "invoice", "sales", "marketing", "offers"),
    *("promo", "events", "store", "pedidos", "ventas", "facturacion", "bestellung", "rechnung"),
    *("commande", "facturation", "ordini", "zamowienia", "encomendas"),
)
_TRADE = {
    *("order", "orders", "payment", "invoice", "shipping", "shipped", "delivery", "parcel", "cart"),
    *("discount", "sale", "offer", "subscription", "newsletter", "unsubscribe", "coupon", "refund"),
    *("purchase", "receipt", "webinar", "password", "verification", "membership", "survey"),
    *("bestellung", "zahlung", "rechnung", "lieferung", "paket", "rabatt", "angebot", "abmelden"),
    *("commande", "paiement", "facture", "livraison", "colis", "remise", "desabonner"),
    *("pedido", "pago", "factura", "envio", "descuento", "ordine", "pagamento", "fattura"),
    *("spedizione", "fatura", "entrega", "bestelling", "betaling", "factuur", "zamowienie"),
    *("compra", "total", "eur", "usd", "customer", "card", "bank", "debit", "trial", "upgrade"),
    *("congratulations", "price", "issue", "kunde", "kundin", "client", "cliente", "klient"),
    *("platnosc", "faktura", "заказ", "оплата", "счет", "доставка"),
}
_TECHNICAL = (
    *(
        "backup",
        "rsync",
        "snapshot",
        "cron",
        "server",
        "disk",
        "raid",
        "storage",
        "restore",
        "sync",
    ),
    *("replicat", "sicherung", "sauvegarde", "copia de seguridad", "kopia zapasowa", "резервн"),
    *("package", "apt-", "jail", "firmware", "job ", "copy of", "exit code", "exit status"),
    *("datensicherung", "respaldo", "database", "volume", "nas ", "script", "daemon", "host"),
)


def _needed(local: str, text: str, listed: bool) -> int:
    """Return how many words of trade it takes: more, where the text also speaks of backups."""
    if not any(word in text for word in _TECHNICAL):
        return _FEW
    if local.startswith(_SELLERS):
        return _FEW if listed else _SOME
    return _MANY


def read(letter: Letter) -> Finding | None:
    """Return a finding for the mail of a shop, a list or an account service."""
    local = address(letter.first("from")).partition("@")[0]
    listed = bool(letter.first("list-unsubscribe"))
    if not local.startswith(ROLES) and not listed:
        return None
    lines = [fold(line.text) for line in letter.body.written(_LOOKED_AT)]
    text = " ".join((fold(letter.subject), *lines))
    words = set("".join(char if char.isalnum() else " " for char in text).split())
    if len(words & _TRADE) < _needed(local, text, listed):
        return None
    evidence = Evidence(
        line=0, text=letter.subject.strip(), rule="service.trade", proves=Verdict.NONE
    )
    return Finding(
        reader="service",
        kind=Kind.OTHER,
        standing=Standing.FRAME,  # what a tool says in its own grammar counts
        verdict=Verdict.NONE,
        what="no report",
        evidence=(evidence,),
        owns=letter.body.of_interest,
        news=(mask(letter.subject), *(mask(line) for line in lines[:40])),
    )
