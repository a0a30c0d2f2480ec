"""Names of people in the demo, by the language of their country."""

from __future__ import annotations

_FIRST = {
    "en": (
        "Amy Brian Carla Derek Ellen Frank Gina Harold Irene Jack Karen Liam Molly Neil Olive "
        "Peter Quinn Rachel Scott Tessa Victor Wendy Zack Abigail Bruce Celia Dylan Esther "
        "Floyd Greta"
    ),
    "de": (
        "Anke Bernd Claudia Dieter Elke Fritz Gisela Hannes Ines Jochen Katrin Lars Meike "
        "Norbert Petra Rolf Silke Thomas Ulrike Volker"
    ),
    "fr": (
        "Adele Bastien Camille Damien Elodie Fabrice Gaelle Hugo Isabelle Julien Laure "
        "Mathieu Nadine Olivier Pauline Quentin Remi Sylvie Thierry Valerie"
    ),
    "nl": (
        "Anouk Bas Carlijn Daan Esmee Floor Gijs Hanneke Ingrid Joost Karin Luuk Marloes Niek "
        "Pim Roos Sander Tineke Wouter Yvonne"
    ),
    "in": (
        "Aarav Bhavna Chetan Divya Esha Gaurav Harsh Isha Jatin Kavya Lakshmi Manoj Neha "
        "Pooja Rahul Sanjay Tanvi Uday Vidya Yash"
    ),
    "br": (
        "Aline Bruno Camila Diego Elisa Felipe Gabriela Heitor Isadora Joao Larissa Marcelo "
        "Natalia Otavio Priscila Rafael Sabrina Tiago Vanessa Wagner"
    ),
}
_LAST = {
    "en": (
        "Abbott Barlow Chandler Dawson Ellis Fletcher Gibbs Hartley Ingram Jarvis Keller "
        "Lambert Mercer Norris Osborne Parrish Quigley Ramsey Sutton Tucker Underwood Vaughn "
        "Whitaker Yates Ashford Bingham Colby Draper Everett Finch"
    ),
    "de": (
        "Ackermann Bauer Conrad Dietrich Engel Franke Graf Hoffmann Jansen Krause Lehmann "
        "Moeller Neumann Otto Pohl Richter Schuster Thiele Vogt Ziegler"
    ),
    "fr": (
        "Arnaud Blanchard Chevalier Dupuis Etienne Fontaine Girard Hubert Jacquet Lemoine "
        "Marchand Noel Perrin Renard Sauvage Tessier Vidal Weber Bonnet Carlier"
    ),
    "nl": (
        "Aalbers Bakker Claassen Dekker Evers Groen Hendriks Kuiper Lammers Mulder Nijland "
        "Postma Ruiter Schouten Timmer Verhoef Willems Zandstra Brouwer Kok"
    ),
    "in": (
        "Agarwal Bose Chopra Desai Ghosh Iyer Joshi Kapoor Mehta Nair Patil Rao Saxena "
        "Trivedi Varma Bhatt Chawla Dutta Kulkarni Menon"
    ),
    "br": (
        "Almeida Barbosa Cardoso Duarte Esteves Freitas Gomes Lopes Moraes Nogueira Pacheco "
        "Ramos Siqueira Teixeira Vieira Azevedo Brandao Castro Machado Rocha"
    ),
}
_TONGUES = {"US": "en", "CA": "en", "GB": "en", "DE": "de", "FR": "fr", "NL": "nl", "IN": "in"}
_FIRST_NAMES = {tongue: tuple(names.split()) for tongue, names in _FIRST.items()}
_LAST_NAMES = {tongue: tuple(names.split()) for tongue, names in _LAST.items()}


def names_of(country: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """First and last names that are usual in a country."""
    tongue = _TONGUES.get(country, "br")
    return _FIRST_NAMES[tongue], _LAST_NAMES[tongue]
